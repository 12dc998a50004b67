#include "telemetry/metrics.h"

#include <unistd.h>

#include <chrono>
#include <cmath>
#include <limits>
#include <set>
#include <sstream>
#include <thread>

#include "catch.h"
#include "telemetry/exposition.h"

using namespace prodev::telemetry;

namespace {

// The value of the sample that begins with `series` and a space.
double value_of(const std::string& text, const std::string& series) {
  const size_t at = ("\n" + text).find("\n" + series + " ");
  INFO(series);
  REQUIRE(at != std::string::npos);
  return std::stod(text.substr(at + series.size() + 1));
}

}  // namespace

TEST_CASE("requests are counted by route and class, over all shards") {
  Metrics metrics({"/healthz", "/*"});
  Shard& one = metrics.make_shard();
  Shard& two = metrics.make_shard();
  one.by_route[1].by_class[1].add();
  two.by_route[1].by_class[1].add(2);
  two.by_route[1].by_class[3].add();
  two.by_route[0].response_bytes.add(11);
  const std::string text = metrics.expose();
  CHECK(value_of(text, "http_requests_total{route=\"/*\",code=\"2xx\"}") == 3);
  CHECK(value_of(text, "http_requests_total{route=\"/*\",code=\"4xx\"}") == 1);
  CHECK(value_of(text, "http_requests_total{route=\"/healthz\",code=\"2xx\"}") == 0);
  CHECK(value_of(text, "http_response_bytes_total{route=\"/healthz\"}") == 11);
}

TEST_CASE("a duration falls into the first bucket whose bound it does not exceed") {
  Metrics metrics({"/*"});
  Shard& shard = metrics.make_shard();
  for (const int64_t us :
       {int64_t{-5}, int64_t{100}, int64_t{101}, int64_t{10'000'000}, int64_t{10'000'001}}) {
    shard.by_route[0].duration.observe_us(us);
  }
  const std::string text = metrics.expose();
  const std::string bucket = "http_request_duration_seconds_bucket{route=\"/*\",le=";
  CHECK(value_of(text, bucket + "\"0.0001\"}") == 2);
  CHECK(value_of(text, bucket + "\"0.00025\"}") == 3);
  CHECK(value_of(text, bucket + "\"10\"}") == 4);
  CHECK(value_of(text, bucket + "\"+Inf\"}") == 5);
  CHECK(value_of(text, "http_request_duration_seconds_count{route=\"/*\"}") == 5);
  const double sum = value_of(text, "http_request_duration_seconds_sum{route=\"/*\"}");
  CHECK(std::abs(sum - 20.000202) < 1e-9);
}

TEST_CASE("count and +Inf agree in every scrape while a thread goes on counting") {
  Metrics metrics({"/*"});
  Shard& shard = metrics.make_shard();
  std::atomic<bool> done{false};
  std::thread counting([&] {
    while (!done) shard.by_route[0].duration.observe_us(150);
  });
  double before = 0;
  for (int i = 0; i < 200; ++i) {
    const std::string text = metrics.expose();
    const double all =
        value_of(text, "http_request_duration_seconds_bucket{route=\"/*\",le=\"+Inf\"}");
    CHECK(value_of(text, "http_request_duration_seconds_count{route=\"/*\"}") == all);
    CHECK(all >= before);
    before = all;
  }
  done = true;
  counting.join();
}

TEST_CASE("open connections are those accepted less those closed") {
  Metrics metrics({});
  metrics.make_shard().connections_accepted.add(5);
  metrics.make_shard().connections_closed.add(2);
  CHECK(value_of(metrics.expose(), "prodev_connections") == 3);
}

TEST_CASE("samples of a family stand together, under one HELP and one TYPE") {
  Metrics metrics({"/*"});
  metrics.add_gauge("queue_length", "Waiting.", "lane=\"write\"", [] { return 1.5; });
  metrics.add_gauge("other_bytes", "Others.", "", [] { return 2.0; });
  metrics.add_gauge("queue_length", "Waiting.", "lane=\"blocking\"", [] { return 3.0; });
  const std::string text = metrics.expose();
  CHECK(text.find("# HELP queue_length Waiting.\n# TYPE queue_length gauge\n"
                  "queue_length{lane=\"write\"} 1.5\nqueue_length{lane=\"blocking\"} 3\n") !=
        std::string::npos);
  CHECK(text.find("# TYPE other_bytes gauge\nother_bytes 2\n") != std::string::npos);
  std::set<std::string> families;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("# TYPE ")) continue;
    INFO(line);
    CHECK(families.insert(line.substr(7, line.find(' ', 7) - 7)).second);
  }
  CHECK(families.size() > 20);
}

TEST_CASE("labels and help are escaped as the exposition format says") {
  CHECK(label("route", "a\"b\\c\nd") == "route=\"a\\\"b\\\\c\\nd\"");
  Exposition out;
  out.family("f", "a \"quoted\" \\ and a\nbreak", "gauge");
  CHECK(out.take() == "# HELP f a \"quoted\" \\\\ and a\\nbreak\n# TYPE f gauge\n");
}

TEST_CASE("numbers are written for people and survive every value") {
  CHECK(number_text(0) == "0");
  CHECK(number_text(0.0001) == "0.0001");
  CHECK(number_text(1'763'927'000.25) == "1763927000.25");
  CHECK(number_text(std::numeric_limits<double>::infinity()) == "+Inf");
  CHECK(number_text(-std::numeric_limits<double>::infinity()) == "-Inf");
  CHECK(number_text(std::numeric_limits<double>::quiet_NaN()) == "NaN");
  CHECK(std::stod(number_text(1.7e308)) == 1.7e308);
  CHECK(std::stod(number_text(-4e-300)) == -4e-300);
}

TEST_CASE("process figures are plausible and open descriptors are counted") {
  Metrics metrics({});
  const std::string before = metrics.expose();
  const int extra = dup(0);
  const std::string after = metrics.expose();
  close(extra);
  const auto now = static_cast<double>(std::chrono::duration_cast<std::chrono::seconds>(
                                           std::chrono::system_clock::now().time_since_epoch())
                                           .count());
  CHECK(value_of(after, "process_open_fds") == value_of(before, "process_open_fds") + 1);
  CHECK(value_of(after, "process_max_fds") >= value_of(after, "process_open_fds"));
  CHECK(value_of(after, "process_resident_memory_bytes") > 1e6);
  CHECK(value_of(after, "process_cpu_seconds_total") >= 0);
  CHECK(value_of(after, "process_start_time_seconds") <= now + 1);
  CHECK(value_of(after, "process_start_time_seconds") > now - 86'400);
  CHECK(value_of(before, "process_start_time_seconds") ==
        value_of(after, "process_start_time_seconds"));
}
