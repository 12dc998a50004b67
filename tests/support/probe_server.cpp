// A server with routes made for tests, on the real engine: bodies echoed on each lane, handlers
// that wait until they are released, commits that fail, streams that never end.
#include <sodium.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "http/engine.h"
#include "net/address.h"
#include "net/listener.h"
#include "server/signals.h"
#include "telemetry/metrics.h"

namespace {

using namespace prodev;
using http::Access;
using http::Lane;
using http::Method;
using http::Request;
using http::Response;

struct Flags {
  int64_t loops = 2;
  int64_t blocking_threads = 4;
  int64_t queue_length = 1'024;
  int64_t head_timeout_ms = 20'000;
  int64_t body_timeout_ms = 20'000;
  int64_t idle_timeout_ms = 20'000;
  int64_t write_timeout_ms = 20'000;
  int64_t output_buffer_bytes = 262'144;
  int64_t max_head_bytes = 16'384;
  int64_t max_target_bytes = 8'192;
  int64_t max_headers = 100;
  int64_t max_body_bytes = 16'777'216;
  int64_t body_memory_bytes = 262'144;
  int64_t max_connections = 16'384;
  int64_t max_connections_per_client = 0;
  int64_t access_log = 0;
  int64_t drain_timeout_ms = 10'000;
  std::string body_directory = "/tmp";
};

struct FlagRow {
  const char* name;
  int64_t Flags::*value;
};

constexpr FlagRow kFlags[] = {
    {"--loops", &Flags::loops},
    {"--blocking-threads", &Flags::blocking_threads},
    {"--queue-length", &Flags::queue_length},
    {"--head-timeout-ms", &Flags::head_timeout_ms},
    {"--body-timeout-ms", &Flags::body_timeout_ms},
    {"--idle-timeout-ms", &Flags::idle_timeout_ms},
    {"--write-timeout-ms", &Flags::write_timeout_ms},
    {"--output-buffer-bytes", &Flags::output_buffer_bytes},
    {"--max-head-bytes", &Flags::max_head_bytes},
    {"--max-target-bytes", &Flags::max_target_bytes},
    {"--max-headers", &Flags::max_headers},
    {"--max-body-bytes", &Flags::max_body_bytes},
    {"--body-memory-bytes", &Flags::body_memory_bytes},
    {"--max-connections", &Flags::max_connections},
    {"--max-connections-per-client", &Flags::max_connections_per_client},
    {"--access-log", &Flags::access_log},
    {"--drain-timeout-ms", &Flags::drain_timeout_ms},
};

bool parse_number(std::string_view text, int64_t& out) {
  return std::from_chars(text.data(), text.data() + text.size(), out).ec == std::errc();
}

bool parse_flags(int argc, char** argv, Flags& flags) {
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--body-directory") == 0) {
      flags.body_directory = argv[i + 1];
      continue;
    }
    bool known = false;
    for (const FlagRow& row : kFlags) {
      if (std::strcmp(argv[i], row.name) == 0) known = parse_number(argv[i + 1], flags.*row.value);
    }
    if (!known) return false;
  }
  return argc % 2 == 1;
}

// The number that `name` has in the query; `otherwise` when it is not there.
int64_t query_number(const Request& request, std::string_view name, int64_t otherwise) {
  std::string_view query = request.head.query;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    int64_t number = 0;
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=' &&
        parse_number(pair.substr(name.size() + 1), number)) {
      return number;
    }
  }
  return otherwise;
}

// Handlers that wait here hold their lane until a test releases them.
class HoldingPen {
 public:
  void wait() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    const uint64_t mine = released_;
    changed_.wait_for(lock, std::chrono::seconds(60), [&] { return released_ != mine; });
    --waiting_;
  }
  void release() {
    std::lock_guard lock(mutex_);
    ++released_;
    changed_.notify_all();
  }
  int waiting() {
    std::lock_guard lock(mutex_);
    return waiting_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int waiting_ = 0;
  uint64_t released_ = 0;
};

// What the write lane's batches do: count, and keep their effects only when they commit.
struct Writes {
  int64_t batch = 0;  // these three belong to the write lane's thread
  int64_t effects = 0;
  bool fail = false;
  std::atomic<int64_t> committed{0};

  base::Result<void> run(http::Batch jobs) {
    ++batch;
    effects = 0;
    fail = false;
    for (const auto& job : jobs) (void)job->run();
    if (fail) return base::fail(base::Code::kUnavailable, "the disk is full");
    committed += effects;
    return {};
  }
};

struct World {
  HoldingPen pen;
  Writes writes;
};

void send_text(Response& response, std::string text) {
  response.set_body(std::move(text), "text/plain");
}

void echo(const Request& request, Response& response) {
  const base::Result<std::string> body = request.body.read_all();
  if (!body) {
    http::set_error(response, body.error());
  } else {
    response.set_body(*body, "application/octet-stream");
  }
}

void body_info(const Request& request, Response& response) {
  const base::Result<std::string> body = request.body.read_all();
  if (!body) {
    http::set_error(response, body.error());
    return;
  }
  unsigned char digest[32];
  crypto_generichash(digest, sizeof digest, reinterpret_cast<const unsigned char*>(body->data()),
                     body->size(), nullptr, 0);
  char hex[2 * sizeof digest + 1];
  sodium_bin2hex(hex, sizeof hex, digest, sizeof digest);
  response.set_body("{\"size\":" + std::to_string(body->size()) +
                        ",\"in_file\":" + (request.body.in_file() ? "true" : "false") +
                        ",\"blake2b\":\"" + hex + "\"}\n",
                    "application/json");
}

// What the handler sees of a request, one item a line.
void show_request(const Request& request, Response& response) {
  std::string text;
  for (const std::string_view item : {request.head.method_text, std::string_view(request.path),
                                      request.head.query, request.head.host}) {
    text.append(item).append("\n");
  }
  for (const http::Field& field : request.head.fields) {
    text.append(field.name).append("=").append(field.value).append("\n");
  }
  send_text(response, std::move(text));
}

class Megabytes final : public http::BodyStream {
 public:
  Megabytes(int64_t megabytes, bool fails) : left_(megabytes << 20), fails_(fails) {}
  base::Result<bool> next(std::string& out) override {
    const int64_t size = std::min<int64_t>(left_, 32'768);
    out.append(static_cast<size_t>(size), 's');
    left_ -= size;
    if (left_ == 0 && fails_) return base::fail(base::Code::kUnavailable, "the source is gone");
    return left_ > 0;
  }

 private:
  int64_t left_;
  bool fails_;
};

void stream(const Request& request, Response& response) {
  response.set_stream(std::make_unique<Megabytes>(query_number(request, "mb", 1),
                                                  query_number(request, "fail", 0) != 0),
                      "application/octet-stream");
}

void big(const Request& request, Response& response) {
  const auto bytes = std::make_shared<const std::string>(
      static_cast<size_t>(query_number(request, "bytes", 0)), 'b');
  response.set_segment({*bytes, -1, 0, bytes->size(), bytes}, "application/octet-stream");
}

std::vector<http::Route> make_routes(World& world) {
  const http::MethodSet send = Method::kPost | Method::kPut;
  const http::MethodSet read = Method::kGet | Method::kHead;
  const http::MethodSet any = send | read | Method::kDelete;
  const auto row = [](std::string path, http::MethodSet methods, Lane lane, http::Handler handler,
                      std::optional<uint64_t> limit = {}) {
    return http::Route{path, methods, lane, Access::kPublic, path, "", limit, std::move(handler)};
  };
  return {
      row("/ok", any, Lane::kInline, [](const Request&, Response& r) { send_text(r, "ok"); }),
      row("/request", any, Lane::kInline, show_request),
      row("/echo", send, Lane::kInline, echo),
      row("/echo-write", send, Lane::kWrite, echo),
      row("/echo-blocking", send, Lane::kBlocking, echo),
      row("/limited", send, Lane::kInline, echo, 10),
      row("/body-info", send, Lane::kBlocking, body_info),
      row("/stream", read, Lane::kInline, stream),
      row("/big", read, Lane::kInline, big),
      row("/slow", read, Lane::kBlocking,
          [](const Request& request, Response& response) {
            std::this_thread::sleep_for(std::chrono::milliseconds(query_number(request, "ms", 0)));
            send_text(response, "slow");
          }),
      row("/hold", read, Lane::kBlocking,
          [&world](const Request&, Response& response) {
            world.pen.wait();
            send_text(response, "released");
          }),
      row("/write", any, Lane::kWrite,
          [&world](const Request& request, Response& response) {
            if (query_number(request, "hold", 0) != 0) world.pen.wait();
            if (query_number(request, "fail", 0) != 0) world.writes.fail = true;
            ++world.writes.effects;
            send_text(response, std::to_string(world.writes.batch) + " " +
                                    std::to_string(world.writes.effects));
          }),
      row("/committed", read, Lane::kInline,
          [&world](const Request&, Response& response) {
            send_text(response, std::to_string(world.writes.committed));
          }),
      row("/waiting", read, Lane::kInline,
          [&world](const Request&, Response& response) {
            send_text(response, std::to_string(world.pen.waiting()));
          }),
      row("/release", send, Lane::kInline,
          [&world](const Request&, Response& response) {
            world.pen.release();
            send_text(response, "released");
          }),
  };
}

http::EngineOptions engine_options(const Flags& flags) {
  http::EngineOptions options;
  options.loops = static_cast<size_t>(flags.loops);
  options.blocking_threads = static_cast<size_t>(flags.blocking_threads);
  options.queue_length = static_cast<size_t>(flags.queue_length);
  options.head_timeout_ms = flags.head_timeout_ms;
  options.body_timeout_ms = flags.body_timeout_ms;
  options.idle_timeout_ms = flags.idle_timeout_ms;
  options.write_timeout_ms = flags.write_timeout_ms;
  options.output_buffer_bytes = static_cast<size_t>(flags.output_buffer_bytes);
  options.max_connections = static_cast<size_t>(flags.max_connections);
  options.max_connections_per_client = static_cast<size_t>(flags.max_connections_per_client);
  options.access_log = flags.access_log != 0;
  return options;
}

http::SiteOptions site_options(const Flags& flags) {
  http::SiteOptions options;
  options.head = {static_cast<size_t>(flags.max_head_bytes),
                  static_cast<size_t>(flags.max_target_bytes),
                  static_cast<size_t>(flags.max_headers)};
  options.max_body_bytes = static_cast<uint64_t>(flags.max_body_bytes);
  options.body_memory_bytes = static_cast<uint64_t>(flags.body_memory_bytes);
  options.temporary = std::make_shared<base::TemporaryStore>(flags.body_directory);
  return options;
}

base::Result<void> serve(const Flags& flags) {
  const server::Signals signals;
  World world;
  std::vector<http::Route> routes = make_routes(world);
  std::vector<std::string> labels;
  for (const http::Route& route : routes) labels.push_back(route.label);
  labels.emplace_back("unmatched");
  telemetry::Metrics metrics(labels);
  const http::Site site(http::Router(std::move(routes), 0), site_options(flags), labels.size() - 1);
  http::Engine engine(engine_options(flags), metrics,
                      [&world](http::Batch jobs) { return world.writes.run(jobs); });
  TRY_ASSIGN(const net::Address address, net::resolve_address("127.0.0.1:0"));
  std::vector<http::Listening> listening(1);
  TRY_ASSIGN(listening[0].sockets, net::open_listeners(address, static_cast<size_t>(flags.loops)));
  listening[0].site = &site;
  std::printf("serving   http://%s\nready\n",
              net::local_address(listening[0].sockets[0].get()).to_string().c_str());
  TRY(engine.start(std::move(listening), nullptr));
  std::fflush(stdout);
  signals.wait();
  world.pen.release();
  engine.drain(std::chrono::milliseconds(flags.drain_timeout_ms),
               [&] { return signals.stop_requested(); });
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  Flags flags;
  if (!parse_flags(argc, argv, flags) || sodium_init() < 0) {
    std::fprintf(stderr,
                 "probe_server: each flag takes a number; see the table in probe_server.cpp\n");
    return 2;
  }
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
  const base::Result<void> served = serve(flags);
  if (!served) std::fprintf(stderr, "probe_server: %s\n", served.error().message.c_str());
  return served ? 0 : 1;
}
