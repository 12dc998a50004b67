// What a connection does with requests: from bytes to a response in the output.
#include <algorithm>

#include "base/clock.h"
#include "http/connection.h"
#include "http/pending_body.h"
#include "http/status.h"
#include "http/worker.h"
#include "telemetry/log.h"
#include "telemetry/request_id.h"

namespace prodev::http {

namespace {

constexpr int64_t kPatience_ns = 1'000'000'000;
constexpr uint64_t kLongWrite = 65'536;   // a longer body may keep the write lane for long
constexpr uint64_t kCopiedBody = 16'384;  // smaller bodies travel with the head in one write

// A handler should not throw; when it does, its request fails and the server goes on.
void run_handler(const Handler& handler, const Request& request, Response& response) {
  try {
    handler(request, response);
  } catch (const std::exception& error) {
    telemetry::log(telemetry::Level::kError, "a handler failed",
                   {{"request_id", request.id}, {"error", error.what()}});
    response.clear();
    set_error(response, 500, "internal",
              "the server could not answer: see its log for this request's id");
  }
}

// False: the lane takes no more, and `job` is left as it was.
bool submit(Engine& engine, Lane lane, const Request& request, uint64_t kind,
            std::unique_ptr<Job>&& job) {
  const WriteLane::Client client = request.peer.client_key();
  switch (lane) {
    case Lane::kWrite:
      return engine.write_lane().try_submit(client, std::move(job),
                                            {kind, request.body.size() > kLongWrite});
    case Lane::kRead:
      return engine.read_lane().try_submit(client, std::move(job));
    case Lane::kInline:
    case Lane::kBlocking:
      break;
  }
  return engine.blocking_lane().try_submit(client, std::move(job));
}

// A request on its way through a lane, with all that it owns.
class Exchange final : public Job {
 public:
  Exchange(Worker& worker, Connection& connection, Request request, Response response,
           Handler handler)
      : worker_(worker),
        connection_(connection),
        request_(std::move(request)),
        response_(std::move(response)),
        handler_(std::move(handler)),
        header_bytes_(response_.headers().size()) {}

  bool work() override {
    if (is_unwanted()) {
      fail({base::Code::kUnavailable, "the connection was closed before its request was begun"});
      return false;
    }
    response_.rewind(header_bytes_);
    run_handler(handler_, request_, response_);
    return response_.status < 400 && !response_.undo;
  }

  void fail(const base::Error& error) override {
    response_.clear();
    set_error(response_, error);
  }

  void release(std::unique_ptr<Job> self) override {
    // std::function must be copyable: the pointer is owned by the task, which runs once.
    Exchange* exchange = static_cast<Exchange*>(self.release());
    // What they hold of memory and disk is free before the client can send its next request.
    exchange->handler_ = nullptr;
    if (!exchange->response_.continues()) exchange->request_.body.clear();
    worker_.loop().post([exchange] {
      const std::unique_ptr<Exchange> owner(exchange);
      owner->connection_.finish_request(owner->request_, owner->response_);
    });
  }

  Request& request() { return request_; }

 private:
  // A client may send its request and shut its side at once; one that does so after it has waited
  // in vain has given up.
  bool is_unwanted() const {
    return base::monotonic_ns() - submitted_ns_ > kPatience_ns && connection_.peer_has_left();
  }

  Worker& worker_;
  Connection& connection_;  // stays until finish_request()
  Request request_;
  Response response_;
  Handler handler_;
  const int64_t submitted_ns_ = base::monotonic_ns();
  const size_t header_bytes_;  // of the response that the handler starts from
};

bool in_memory(const Response& response, std::vector<Segment>& segments) {
  return *response.length() <= kCopiedBody &&
         std::all_of(segments.begin(), segments.end(), [](const Segment& s) { return s.file < 0; });
}

}  // namespace

bool Connection::step(std::string_view& input) {
  if (input.empty() || end_after_output_) return false;
  if (state_ == State::kBody) return step_body(input);
  return state_ == State::kHead && !output_full() && step_head(input);
}

bool Connection::step_head(std::string_view& input) {
  if (head_started_ms_ == 0) head_started_ms_ = worker_.loop().now_ms();
  switch (scanner_.scan(input, site_.options.head)) {
    case HeadScanner::Progress::kIncomplete:
      return false;
    case HeadScanner::Progress::kRefused:
      refuse_head(scanner_.error(), input);
      return false;
    case HeadScanner::Progress::kComplete:
      break;
  }
  const std::string_view head_bytes = input.substr(0, scanner_.size());
  input.remove_prefix(head_bytes.size());
  scanner_.reset();
  head_started_ms_ = 0;
  served_one_ = true;
  begin_request(head_bytes, input);
  return true;
}

void Connection::begin_request(std::string_view head_bytes, std::string_view& input) {
  Request& request = worker_.request();
  request.clear();
  request.peer = peer_;
  request.secure = socket_.is_tls();
  request.loop = worker_.index();
  request.started_ns = base::monotonic_ns();
  worker_.saw_time(request.started_ns);
  if (const auto error = parse_head(head_bytes, request.head)) {
    refuse_head(*error, head_bytes);
    return;
  }
  find_client(site_.options.proxies, request);
  const bool whole =
      !request.head.chunked && request.head.content_length.value_or(0) <= input.size();
  const size_t length = whole ? static_cast<size_t>(request.head.content_length.value_or(0)) : 0;
  const std::string_view body = input.substr(0, length);
  Response& response = worker_.response();
  response.clear();
  if (!pass_gates(site_, request, response)) {
    if (!whole) response.close = true;  // the body that follows is not wanted
    input.remove_prefix(length);
    respond(request, response);
  } else if (whole || request.route->ignores_body) {
    if (length > 0) request.body.borrow(body);
    input.remove_prefix(length);
    dispatch(head_bytes, request, !whole);
  } else if (request.route->check_head && !request.route->check_head(request, response)) {
    response.close = true;
    respond(request, response);
  } else {
    begin_body(head_bytes, request, request.head.expect_continue && input.empty());
  }
}

void Connection::begin_body(std::string_view head_bytes, Request& request, bool invite) {
  if (invite) output_.text() += "HTTP/1.1 100 Continue\r\n\r\n";
  pending_ = std::make_unique<PendingBody>();
  request.detach(head_bytes);
  pending_->request = std::move(request);
  pending_->limits = {site_.options.body_memory_bytes, body_limit(site_, pending_->request),
                      site_.options.temporary.get(), site_.options.memory.get(),
                      pending_->request.peer.client_key()};
  pending_->chunks.set_limit(pending_->limits.body_bytes);
  pending_->left = pending_->request.head.content_length.value_or(0);
  pending_->pace.start(worker_.loop().now_ms(), 0);
  state_ = State::kBody;
}

bool Connection::step_body(std::string_view& input) {
  const bool complete = pending_->request.head.chunked ? take_chunks(input) : take_length(input);
  if (!complete) return false;
  if (const base::Result<void> stored = pending_->request.body.finish(); !stored) {
    refuse_unstored(stored.error());
    return false;
  }
  const std::unique_ptr<PendingBody> done = std::move(pending_);
  state_ = State::kHead;
  dispatch({}, done->request, false);
  return true;
}

bool Connection::take_length(std::string_view& input) {
  const auto size = static_cast<size_t>(std::min<uint64_t>(pending_->left, input.size()));
  if (!store_body(input.substr(0, size))) return false;
  input.remove_prefix(size);
  pending_->left -= size;
  return pending_->left == 0;
}

bool Connection::take_chunks(std::string_view& input) {
  for (;;) {
    std::string_view data;
    switch (pending_->chunks.next(input, data)) {
      case ChunkedDecoder::Progress::kData:
        if (!store_body(data)) return false;
        break;
      case ChunkedDecoder::Progress::kDone:
        return true;
      case ChunkedDecoder::Progress::kIncomplete:
        return false;
      case ChunkedDecoder::Progress::kTooLarge:
        refuse_unstored(too_large(pending_->limits));
        return false;
      case ChunkedDecoder::Progress::kMalformed:
        refuse_body(400, "bad_chunk", pending_->chunks.error());
        return false;
    }
  }
}

// False: the body was refused.
bool Connection::store_body(std::string_view data) {
  const base::Result<void> stored = pending_->request.body.append(data, pending_->limits);
  if (stored) return true;
  refuse_unstored(stored.error());
  return false;
}

void Connection::refuse_unstored(const base::Error& error) {
  if (error.code == base::Code::kTooLarge) {
    refuse_body(413, "too_large", error.message);
    return;
  }
  if (error.code == base::Code::kBusy) {
    refuse_body(503, "busy", error.message);
    return;
  }
  // The message names folders of this machine: for its operator only.
  telemetry::log(telemetry::Level::kError, error.message, {{"request_id", pending_->request.id}});
  refuse_body(503, "unavailable", "the server cannot store the request body at the moment");
}

void Connection::dispatch(std::string_view head_bytes, Request& request, bool body_follows) {
  const Route& route = *request.route;
  Response& response = worker_.response();
  response.clear();
  if (route.lane != Lane::kInline) {
    submit_to_lane(head_bytes, request, response, route.lane, route.handler);
    return;
  }
  run_handler(route.handler, request, response);
  if (response.continues()) {
    const Lane lane = response.continuation_lane();
    submit_to_lane(head_bytes, request, response, lane, response.take_continuation());
    return;
  }
  response.close = response.close || body_follows;
  respond(request, response);
}

void Connection::submit_to_lane(std::string_view head_bytes, Request& request, Response& response,
                                Lane lane, Handler handler) {
  if (!head_bytes.empty()) request.detach(head_bytes);
  const uint64_t kind = response.continuation_kind();
  auto exchange = std::make_unique<Exchange>(worker_, *this, std::move(request),
                                             std::move(response), std::move(handler));
  Request& owned = exchange->request();
  std::unique_ptr<Job> job = std::move(exchange);
  state_ = State::kRunning;
  if (submit(worker_.engine(), lane, owned, kind, std::move(job))) return;
  state_ = State::kHead;
  Response& refusal = worker_.response();
  refusal.clear();
  set_error(refusal, queue_full());
  respond(owned, refusal);
}

void Connection::respond(Request& request, Response& response) {
  site_.cors.decorate(request, response);
  Framing framing;
  framing.chunked = response.stream() != nullptr && request.head.minor_version > 0 &&
                    !forbids_body(response.status);
  framing.keep_alive = request.head.keep_alive && !response.close && !worker_.draining() &&
                       (response.stream() == nullptr || framing.chunked);
  if (!framing.keep_alive) {
    end_after_output_ = true;
    // A client that asked for the end has nothing more to send, unless its body was refused.
    linger_after_output_ = request.head.keep_alive || response.close;
  }
  const uint64_t body_bytes =
      request.head.method == Method::kHead ? 0 : response.length().value_or(0);
  append_response_head(output_.text(), site_, request, response, framing, worker_.date_line());
  account(request, response, body_bytes);
  send_body(request, response, framing.chunked);
}

void Connection::send_body(const Request& request, Response& response, bool chunked) {
  if (request.head.method == Method::kHead || forbids_body(response.status)) return;
  if (response.stream() != nullptr) {
    output_.set_body(std::move(response.stream()), chunked);
    return;
  }
  if (response.length().value_or(0) == 0) return;
  std::vector<Segment>& segments = response.segments();
  if (segments.empty() && response.body().size() > kCopiedBody) {
    const auto owner = std::make_shared<const std::string>(std::move(response.body()));
    segments.push_back({*owner, -1, 0, owner->size(), owner});
  }
  if (segments.empty()) {
    output_.text() += response.body();
  } else if (in_memory(response, segments)) {
    for (const Segment& segment : segments) output_.text() += segment.bytes;
  } else {
    output_.set_body(std::move(segments));
    unacknowledged_bytes_ = socket_.unacknowledged_bytes();
    reader_pace_.start(worker_.loop().now_ms(), taken_bytes());
  }
}

// The stream cannot be trusted any more: answer, and end the connection.
void Connection::refuse_head(const HeadError& error, std::string_view bytes) {
  worker_.shard().bad_requests.add();
  Request& request = worker_.request();
  request.clear();
  request.peer = peer_;
  request.started_ns = base::monotonic_ns();
  request.id = telemetry::make_request_id();
  // All that is taken of such a head: without it the page that asked could not read the answer.
  if (const std::string_view origin = find_origin(bytes); !origin.empty())
    request.head.fields.push_back({"Origin", origin});
  Response& response = worker_.response();
  response.clear();
  response.close = true;
  set_error(response, error.status, error.status == 408 ? "request_timeout" : "bad_request",
            error.message);
  head_started_ms_ = 0;
  respond(request, response);
}

void Connection::refuse_body(int status, std::string_view code, std::string_view message) {
  const std::unique_ptr<PendingBody> refused = std::move(pending_);
  state_ = State::kHead;
  Response& response = worker_.response();
  response.clear();
  response.close = true;
  set_error(response, status, code, message);
  if (status == 503) response.add_header("Retry-After", "1");
  respond(refused->request, response);
}

void Connection::account(const Request& request, const Response& response, uint64_t body_bytes) {
  const int64_t ended_ns = base::monotonic_ns();
  worker_.saw_time(ended_ns);
  const int64_t duration_us = (ended_ns - request.started_ns) / 1'000;
  const size_t route_id = request.route != nullptr ? request.route->id : site_.unmatched_id;
  telemetry::RouteMetrics& metrics = worker_.shard().by_route[route_id];
  metrics.duration.observe_us(duration_us);
  metrics.by_class[static_cast<size_t>(std::clamp(response.status / 100, 1, 5) - 1)].add();
  metrics.response_bytes.add(body_bytes);
  if (!worker_.access_log().enabled()) return;
  const std::string client = request.peer.ip();
  telemetry::AccessRecord record;
  record.request_id = request.id;
  record.client = client;
  record.method = request.head.method_text;
  record.target = request.head.target;
  record.route = request.route != nullptr ? std::string_view(request.route->label) : "unmatched";
  record.protocol = request.head.minor_version == 0 ? "HTTP/1.0" : "HTTP/1.1";
  record.user_agent = request.header("user-agent");
  record.status = response.status;
  record.request_bytes = request.body.size();
  record.response_bytes = body_bytes;
  record.duration_us = duration_us;
  worker_.access_log().add(record);
}

}  // namespace prodev::http
