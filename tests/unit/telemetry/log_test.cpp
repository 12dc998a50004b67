#include "telemetry/log.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>
#include <vector>

#include "base/unique_fd.h"
#include "catch.h"
#include "telemetry/log_line.h"

using namespace prodev::telemetry;
using prodev::base::UniqueFd;

namespace {

constexpr int64_t kEvening_ms = 1'795'464'000'123;  // 2026-11-23T20:00:00.123Z

std::string text_line(Level level, std::string_view message, std::string_view value) {
  std::string out;
  LineWriter line(out, LogFormat::kText);
  line.begin(kEvening_ms, level, message);
  line.field("key", value);
  line.end();
  return out;
}

std::string json_line(std::string_view message, std::string_view value) {
  std::string out;
  LineWriter line(out, LogFormat::kJson);
  line.begin(kEvening_ms, Level::kWarn, message);
  line.field("key", value);
  line.field("n", int64_t{-7});
  line.end();
  return out;
}

// The log running into a pipe; stopped and set back to its defaults in the end.
class LogPipe {
 public:
  explicit LogPipe(LogOptions options) {
    std::array<int, 2> ends{};
    REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0);
    reader_.reset(ends[0]);
    writer_.reset(ends[1]);
    options.fd = ends[1];
    start_log(options);
  }
  ~LogPipe() {
    start_log(LogOptions{});
    stop_log();
  }

  // All that is written until `end` has been seen; fails after 10 s.
  std::string read_until(std::string_view end) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (seen_.find(end) == std::string::npos) {
      REQUIRE(std::chrono::steady_clock::now() < give_up);
      pollfd waiting{reader_.get(), POLLIN, 0};
      if (poll(&waiting, 1, 100) > 0) read_some();
    }
    return seen_;
  }
  // Stops the log and reads what is left.
  std::string stop_and_read() {
    std::thread stopper([this] {
      stop_log();
      writer_.reset();
    });
    while (read_some()) {
    }
    stopper.join();
    return seen_;
  }
  void close_reader() { reader_.reset(); }

 private:
  bool read_some() {
    std::array<char, 65536> bytes;
    const ssize_t size = read(reader_.get(), bytes.data(), bytes.size());
    if (size > 0) seen_.append(bytes.data(), static_cast<size_t>(size));
    return size > 0;
  }

  UniqueFd reader_, writer_;
  std::string seen_;
};

size_t count_lines(const std::string& text) {
  return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TEST_CASE("a text line has time, padded level, message and fields") {
  CHECK(text_line(Level::kInfo, "started", "value") ==
        "2026-11-23T20:00:00.123Z info  started key=value\n");
  CHECK(text_line(Level::kError, "failed", "two words") ==
        "2026-11-23T20:00:00.123Z error failed key=\"two words\"\n");
  CHECK(text_line(Level::kInfo, "m", "") == "2026-11-23T20:00:00.123Z info  m key=\"\"\n");
}

TEST_CASE("a JSON line has the same, and numbers bare") {
  CHECK(json_line("started", "two words") ==
        "{\"time\":\"2026-11-23T20:00:00.123Z\",\"level\":\"warn\",\"msg\":\"started\","
        "\"key\":\"two words\",\"n\":-7}\n");
}

TEST_CASE("no value can end a text line, forge a field or reach a terminal as a control") {
  const std::string line =
      text_line(Level::kInfo, "m\nforged", "a\nb\x1b[31m \"q\" c\\d\xC2\x9B\xFF\x7F");
  CHECK(line ==
        "2026-11-23T20:00:00.123Z info  m\\nforged "
        "key=\"a\\nb\\x1b[31m \\\"q\\\" c\\\\d\\xc2\\x9b\\xff\\x7f\"\n");
  CHECK(text_line(Level::kInfo, "m", "a=b") == "2026-11-23T20:00:00.123Z info  m key=\"a=b\"\n");
}

TEST_CASE("characters that a viewer would act on are escaped, in both formats") {
  const std::string hidden =
      "\xC2\x80\xC2\x9B\xD8\x9C\xE2\x80\x8F\xE2\x80\xA8\xE2\x80\xAE\xE2\x81\xA6\xE2\x81\xA9";
  CHECK(json_line("m", hidden)
            .find("\"key\":\"\\u0080\\u009b\\u061c\\u200f\\u2028\\u202e\\u2066\\u2069\"") !=
        std::string::npos);
  CHECK(json_line("a\xE2\x80\xA9z", "v").find("\"msg\":\"a\\u2029z\"") != std::string::npos);
  const std::string text = text_line(Level::kInfo, hidden, hidden);
  CHECK(std::all_of(text.begin(), text.end(), [](char c) { return c > 0; }));
  const std::string shown = "\xC2\xA0\xC3\xA9\xE2\x82\xAC\xE2\x80\xA7\xE2\x80\xAF\xF0\x9F\x98\x80";
  CHECK(json_line("m", shown).find("\"" + shown + "\"") != std::string::npos);
}

TEST_CASE("no value can end a JSON line") {
  const std::string line = json_line("m\n", "\"},{\n\xFF");
  CHECK(line.find("\"msg\":\"m\\n\",\"key\":\"\\\"},{\\n\xEF\xBF\xBD\"") != std::string::npos);
  CHECK(count_lines(line) == 1);
}

TEST_CASE("lines of all threads come out whole, and those of one thread in order") {
  constexpr int kThreads = 4, kEach = 500;
  LogPipe pipe({});
  std::string seen;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([thread] {
      for (int i = 0; i < kEach; ++i) log(Level::kInfo, "line", {{"t", thread}, {"i", i}});
    });
  }
  for (auto& thread : threads) thread.join();
  seen = pipe.stop_and_read();
  REQUIRE(count_lines(seen) == kThreads * kEach);
  for (int thread = 0; thread < kThreads; ++thread) {
    size_t at = 0;
    for (int i = 0; i < kEach; ++i) {
      const std::string wanted =
          "info  line t=" + std::to_string(thread) + " i=" + std::to_string(i) + "\n";
      at = seen.find(wanted, at);
      REQUIRE(at != std::string::npos);
    }
  }
}

TEST_CASE("lines below the level are not written") {
  LogOptions options;
  options.level = Level::kWarn;
  LogPipe pipe(options);
  CHECK_FALSE(log_enabled(Level::kInfo));
  CHECK(log_enabled(Level::kError));
  log(Level::kInfo, "quiet");
  log(Level::kWarn, "loud");
  const std::string seen = pipe.stop_and_read();
  CHECK(seen.find("quiet") == std::string::npos);
  CHECK(seen.find("warn  loud\n") != std::string::npos);
}

TEST_CASE("a stalled reader does not stall the writer of lines, and the loss is told") {
  LogOptions options;
  options.buffer_bytes = 4096;
  LogPipe pipe(options);
  const uint64_t dropped_before = log_dropped();
  const std::string value(1000, 'x');
  for (int i = 0; i < 1000; ++i) log(Level::kInfo, "flood", {{"v", value}});
  CHECK(log_dropped() > dropped_before);
  const std::string seen = pipe.read_until("log lines were dropped");
  CHECK(seen.find("warn  log lines were dropped: the reader is too slow count=") !=
        std::string::npos);
}

TEST_CASE("stopping does not wait for ever on a stalled reader") {
  LogPipe pipe({});
  const std::string value(1000, 'x');
  for (int i = 0; i < 500; ++i) log(Level::kInfo, "flood", {{"v", value}});
  const auto begin = std::chrono::steady_clock::now();
  stop_log();
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
}

TEST_CASE("a reader that has gone neither ends the process nor goes uncounted") {
  LogPipe pipe({});
  const uint64_t dropped_before = log_dropped();
  pipe.close_reader();
  log(Level::kInfo, "into the void");
  stop_log();
  CHECK(log_dropped() == dropped_before + 1);
}

TEST_CASE("an access line keeps its order of fields and hides secrets in the query") {
  LogPipe pipe({});
  AccessLog access(true);
  AccessRecord record;
  record.request_id = "id-1";
  record.client = "192.0.2.1";
  record.method = "GET";
  record.target = "/a?apikey=S1&x=1;Token=S2&c%6Fde=S3&state=ok&password=S4&tokens=shown&token";
  record.route = "/*";
  record.protocol = "HTTP/1.1";
  record.user_agent = "curl/8";
  record.status = 404;
  record.request_bytes = 5;
  record.response_bytes = 67;
  record.duration_us = 890;
  access.add(record);
  access.flush();
  const std::string seen = pipe.stop_and_read();
  CHECK(seen.find("info  request request_id=id-1 client=192.0.2.1 method=GET "
                  "target=\"/a?apikey=***&x=1;Token=***&c%6Fde=***&state=ok&password=***"
                  "&tokens=shown&token\" route=/* protocol=HTTP/1.1 status=404 request_bytes=5 "
                  "response_bytes=67 duration_us=890 user_agent=curl/8\n") != std::string::npos);
}

TEST_CASE("a disabled access log writes nothing") {
  LogPipe pipe({});
  AccessLog access(false);
  access.add({});
  access.flush();
  CHECK(pipe.stop_and_read().empty());
}

TEST_CASE("the access log has its own switch and ignores the level") {
  LogOptions options;
  options.level = Level::kError;
  options.format = LogFormat::kJson;
  LogPipe pipe(options);
  AccessLog access(true);
  AccessRecord record;
  record.method = "PUT";
  access.add(record);
  access.flush();
  CHECK(pipe.stop_and_read().find("\"msg\":\"request\"") != std::string::npos);
}
