// The whole engine over a socket pair: whatever a client sends, what comes back is a sequence of
// well-formed responses, no more of them than there were requests, and then the end.
#include <sys/socket.h>

#include <cerrno>
#include <charconv>
#include <memory>
#include <string>

#include "http/chunked.h"
#include "http/engine.h"
#include "http/worker.h"
#include "net/loop.h"
#include "pieces.h"
#include "telemetry/metrics.h"

namespace {

using namespace prodev;
using fuzz::require;
using http::Lane;
using http::Method;
using http::Request;
using http::Response;

constexpr http::HeadLimits kHeadLimits = {2'048, 512, 12};

void echo(const Request& request, Response& response) {
  const base::Result<std::string> body = request.body.read_all();
  require(body.has_value(), "a body can be read");
  response.set_body(*body, "text/plain");
}

class Stream final : public http::BodyStream {
 public:
  base::Result<bool> next(std::string& out) override {
    out.append(20'000, 's');
    return --pieces_ > 0;
  }

 private:
  int pieces_ = 6;
};

std::vector<http::Route> routes() {
  const http::MethodSet send = Method::kPost | Method::kPut;
  const http::MethodSet read = Method::kGet | Method::kHead;
  const auto row = [](std::string path, http::MethodSet methods, Lane lane, http::Handler handler) {
    return http::Route{path, methods, lane, http::Access::kPublic,
                       path, "",      {},   std::move(handler)};
  };
  const auto answer = [](const Request&, Response& r) { r.set_body("ok", "text/plain"); };
  return {
      row("/i", send | read, Lane::kInline, answer),  // short paths are found sooner
      row("/e", send, Lane::kInline, echo),
      row("/w", send, Lane::kWrite, echo),
      row("/b", send, Lane::kBlocking, echo),
      row("/s", read, Lane::kInline,
          [](const Request&, Response& r) {
            r.set_stream(std::make_unique<Stream>(), "text/plain");
          }),
      row("/g", read, Lane::kInline,
          [](const Request&, Response& r) { r.set_body(std::string(100'000, 'g'), "text/plain"); }),
      row("/p/*", read, Lane::kInline,
          [](const Request& request, Response& r) { r.set_body(request.path, "text/plain"); }),
  };
}

http::SiteOptions site_options() {
  http::SiteOptions options;
  options.head = kHeadLimits;
  options.max_body_bytes = 4'096;
  options.body_memory_bytes = 256;
  options.cors.origins = {"http://a"};
  return options;
}

http::EngineOptions engine_options() {
  http::EngineOptions options;
  options.blocking_threads = 1;
  options.output_buffer_bytes = 8'192;
  options.access_log = false;
  return options;
}

// One engine for all inputs; never destroyed, like that of a server that is killed.
struct World {
  World() : metrics(std::vector<std::string>(8, "r")), engine(engine_options(), metrics) {
    auto loop = net::Loop::make();
    require(loop.has_value(), "there is an epoll");
    worker = std::make_unique<http::Worker>(engine, 0, std::move(*loop), nullptr);
  }
  http::Site site{http::Router(routes(), 0), site_options(), 7};
  telemetry::Metrics metrics;
  http::Engine engine;
  std::unique_ptr<http::Worker> worker;
};

World& world() {
  static World* only = new World();
  return *only;
}

// The client's end: takes what has come; false at the end of the stream.
bool receive(int fd, std::string& out) {
  char buffer[65'536];
  for (;;) {
    const ssize_t n = ::recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
    if (n > 0) {
      out.append(buffer, static_cast<size_t>(n));
    } else {
      return n < 0 && errno == EAGAIN;
    }
  }
}

// Everything that the engine answers to `pieces`. With `lazy` the client reads nothing until it has
// sent everything that the sockets take.
std::string converse(const std::vector<std::string_view>& pieces, bool lazy) {
  World& w = world();
  int ends[2];
  require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0,
          "a socket pair");
  const base::UniqueFd client(ends[0]);
  w.worker->accept(base::UniqueFd(ends[1]), net::Address{}, w.site, false);
  std::string output;
  for (std::string_view piece : pieces) {
    while (!piece.empty()) {
      const ssize_t n =
          ::send(client.get(), piece.data(), piece.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      const bool blocked = n < 0 && errno == EAGAIN;
      if (n < 0 && !blocked) break;  // the engine has ended the connection
      if (n > 0) piece.remove_prefix(static_cast<size_t>(n));
      w.worker->loop().run_once(0);
      if (!lazy || blocked) receive(client.get(), output);
    }
  }
  ::shutdown(client.get(), SHUT_WR);
  int turns = 0;
  while (receive(client.get(), output)) {
    w.worker->loop().run_once(1);
    require(++turns < 20'000, "a connection ends once its client has sent everything");
  }
  while (w.engine.limits().open() > 0) {
    w.worker->loop().run_once(1);
    require(++turns < 20'000, "a connection that has ended is forgotten");
  }
  return output;
}

struct Requests {
  std::vector<Method> whole;    // with their bodies
  bool maybe_one_more = false;  // refused, or with a body that did not end
};

// The requests in `input`, by the engine's own parsers, given everything at once.
Requests find_requests(std::string_view input) {
  Requests requests;
  while (!input.empty()) {
    http::HeadScanner scanner;
    http::Head head;
    const auto progress = scanner.scan(input, kHeadLimits);
    if (progress == http::HeadScanner::Progress::kIncomplete) {
      requests.maybe_one_more = true;  // refused as too long before its end has come
      return requests;
    }
    if (progress == http::HeadScanner::Progress::kRefused ||
        http::parse_head(input.substr(0, scanner.size()), head)) {
      requests.maybe_one_more = true;
      return requests;
    }
    requests.whole.push_back(head.method);
    input.remove_prefix(scanner.size());
    if (head.chunked) {
      http::ChunkedDecoder decoder;
      std::string_view data;
      auto chunk = decoder.next(input, data);
      while (chunk == http::ChunkedDecoder::Progress::kData) chunk = decoder.next(input, data);
      if (chunk != http::ChunkedDecoder::Progress::kDone) return requests;
    } else if (head.content_length.value_or(0) > input.size()) {
      return requests;
    } else {
      input.remove_prefix(static_cast<size_t>(head.content_length.value_or(0)));
    }
  }
  return requests;
}

// Takes the body of a response off the front of `output`.
void take_body(std::string_view head, std::string_view& output) {
  constexpr std::string_view kLength = "\r\nContent-Length: ";
  const size_t length_at = head.find(kLength);
  if (head.find("\r\nTransfer-Encoding: chunked\r\n") != std::string_view::npos) {
    require(length_at == std::string_view::npos, "a response is framed in one way");
    http::ChunkedDecoder decoder;
    std::string_view data;
    auto chunk = decoder.next(output, data);
    while (chunk == http::ChunkedDecoder::Progress::kData) chunk = decoder.next(output, data);
    require(chunk == http::ChunkedDecoder::Progress::kDone, "a chunked response is whole");
  } else if (length_at != std::string_view::npos) {
    size_t length = 0;
    std::from_chars(head.data() + length_at + kLength.size(), head.data() + head.size(), length);
    require(length <= output.size(), "a response is as long as it says");
    output.remove_prefix(length);
  } else {
    require(head.find("\r\nConnection: close\r\n") != std::string_view::npos,
            "a response has an end");
    output = {};
  }
}

void check(std::string_view output, const Requests& requests) {
  const size_t most = requests.whole.size() + (requests.maybe_one_more ? 1 : 0);
  size_t responses = 0;
  while (!output.empty()) {
    require(output.starts_with("HTTP/1.1 "), "a response begins with the version");
    const size_t end = output.find("\r\n\r\n");
    require(end != std::string_view::npos, "the head of a response ends");
    const std::string_view head = output.substr(0, end + 4);
    output.remove_prefix(head.size());
    const std::string_view status = head.substr(9, 3);
    if (status == "100") continue;
    require(responses < most, "there are no more responses than requests");
    const bool is_head =
        responses < requests.whole.size() && requests.whole[responses] == Method::kHead;
    ++responses;
    if (!is_head && status != "204" && status != "304") take_body(head, output);
    if (head.find("\r\nConnection: close\r\n") != std::string_view::npos) {
      require(output.empty(), "nothing follows the last response");
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data + 1), size - 1);
  const bool lazy = data[0] >= 128;
  check(converse(fuzz::cut(input, data[0] & 0x7f), lazy), find_requests(input));
  return 0;
}
