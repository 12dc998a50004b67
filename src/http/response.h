// Response: what a handler fills in. The engine adds the framing (Date, Content-Length,
// Connection), the security headers, CORS and X-Request-Id.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/budget.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "http/lane.h"

namespace prodev::http {

// A part of a body that is sent without being copied: bytes in memory or a span of a file.
// `owner` keeps either alive until it is sent; shared with whoever cached it.
struct Segment {
  std::string_view bytes;  // used when file < 0
  int file = -1;
  off_t offset = 0;
  uint64_t size = 0;
  std::shared_ptr<const void> owner;
  base::Budget::Lease* room = nullptr;  // of `owner`: what it holds that others may need
};

// A body made while it is sent, pulled as the client takes it, so that memory stays bounded.
class BodyStream {
 public:
  virtual ~BodyStream() = default;
  // Appends the next piece (some tens of KB) to `out` on the loop's thread. False at the end.
  // An error ends the connection: the client sees a body that is cut short.
  virtual base::Result<bool> next(std::string& out) = 0;
};

class Response;
struct Request;

// Must not throw. Runs on the thread of its lane. On the write lane a status of 400 or more, or
// Response::undo, undoes what the handler wrote; it runs again, from the response that it first
// had, when all that it wrote is gone because of another request. On the read and blocking lanes it
// may be told to end (base/giving_way.h); what it made is thrown away, and it runs again from the
// response that it first had. So what it captures must bear that.
using Handler = std::function<void(const Request&, Response&)>;

class Response {
 public:
  int status = 200;
  bool close = false;           // end the connection after this response
  bool undo = false;            // on the write lane: answer, and keep nothing of what was written
  bool length_unknown = false;  // to HEAD: GET's body was not made (RFC 9110, 8.6)

  // `name` and `value` may not hold CR, LF or NUL; those of a value are replaced by spaces.
  void add_header(std::string_view name, std::string_view value);
  // "Name: value\r\n" lines, already valid.
  void add_header_lines(std::string_view lines) { headers_ += lines; }

  // Exactly one of these sets the body; none means an empty one.
  void set_body(std::string body, std::string_view content_type);
  void set_segment(Segment segment, std::string_view content_type);
  void set_segments(std::vector<Segment> segments, std::string_view content_type);
  // Sent chunked, or to an HTTP/1.0 client until the connection ends.
  void set_stream(std::unique_ptr<BodyStream> stream, std::string_view content_type);

  // Leaves the rest of the work to `handler`, which runs on another lane (not the inline one) with
  // this request, and starts from this response. What it captures must outlive the caller's frame,
  // and must not refer to bytes of the request: they move.
  // `kind`: of a write (WriteKind::hash).
  void continue_on(Lane lane, Handler handler, uint64_t kind = 0);
  bool continues() const { return static_cast<bool>(continuation_); }
  Lane continuation_lane() const { return continuation_lane_; }
  uint64_t continuation_kind() const { return continuation_kind_; }
  Handler take_continuation() { return std::exchange(continuation_, nullptr); }

  // The length of the body; nullopt when streamed.
  std::optional<uint64_t> length() const;

  const std::string& headers() const { return headers_; }
  std::string& body() { return body_; }
  std::vector<Segment>& segments() { return segments_; }
  std::unique_ptr<BodyStream>& stream() { return stream_; }
  void clear();
  // As it was when `headers()` was `header_bytes` long and nothing else was set: for a handler that
  // runs again.
  void rewind(size_t header_bytes);

 private:
  std::string headers_;
  std::string body_;
  std::vector<Segment> segments_;
  std::unique_ptr<BodyStream> stream_;
  Handler continuation_;
  Lane continuation_lane_ = Lane::kBlocking;
  uint64_t continuation_kind_ = 0;
};

// Makes `out` an error response with the body
//   {"code":"...","message":"...","details":null,"hint":null}
// Headers added before are kept.
void set_error(Response& out, int status, std::string_view code, std::string_view message,
               std::string_view hint = {});

// The status that tells a client of `code`.
int status_of(base::Code code);
void set_error(Response& out, const base::Error& error);

}  // namespace prodev::http
