#include "http/response.h"

#include <algorithm>

#include "text/json_string.h"

namespace prodev::http {

void Response::add_header(std::string_view name, std::string_view value) {
  headers_.append(name).append(": ");
  const size_t begin = headers_.size();
  headers_.append(value);
  std::replace_if(
      headers_.begin() + static_cast<ptrdiff_t>(begin), headers_.end(),
      [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' ');
  headers_.append("\r\n");
}

void Response::set_body(std::string body, std::string_view content_type) {
  add_header("Content-Type", content_type);
  body_ = std::move(body);
}

void Response::set_segment(Segment segment, std::string_view content_type) {
  add_header("Content-Type", content_type);
  segments_.push_back(std::move(segment));
}

void Response::set_segments(std::vector<Segment> segments, std::string_view content_type) {
  add_header("Content-Type", content_type);
  segments_ = std::move(segments);
}

void Response::set_stream(std::unique_ptr<BodyStream> stream, std::string_view content_type) {
  add_header("Content-Type", content_type);
  stream_ = std::move(stream);
}

void Response::continue_on(Lane lane, Handler handler, uint64_t kind) {
  continuation_ = std::move(handler);
  continuation_lane_ = lane;
  continuation_kind_ = kind;
}

std::optional<uint64_t> Response::length() const {
  if (stream_) return std::nullopt;
  uint64_t length = body_.size();
  for (const Segment& segment : segments_) length += segment.size;
  return length;
}

void Response::clear() { rewind(0); }

void Response::rewind(size_t header_bytes) {
  status = 200;
  close = false;
  undo = false;
  length_unknown = false;
  headers_.resize(header_bytes);
  body_.clear();
  segments_.clear();
  stream_.reset();
  continuation_ = nullptr;
  continuation_kind_ = 0;
}

void set_error(Response& out, int status, std::string_view code, std::string_view message,
               std::string_view hint) {
  out.status = status;
  std::string body = "{\"code\":";
  text::append_json_string(body, code);
  body += ",\"message\":";
  text::append_json_string(body, message);
  body += ",\"details\":null,\"hint\":";
  if (hint.empty()) {
    body += "null";
  } else {
    text::append_json_string(body, hint);
  }
  body += "}\n";
  out.set_body(std::move(body), "application/json");
}

int status_of(base::Code code) {
  switch (code) {
    case base::Code::kBadInput:
    case base::Code::kUsage:
      return 400;
    case base::Code::kUnauthorized:
      return 401;
    case base::Code::kForbidden:
      return 403;
    case base::Code::kNotFound:
      return 404;
    case base::Code::kConflict:
      return 409;
    case base::Code::kTooLarge:
      return 413;
    case base::Code::kTimeout:
      return 504;
    case base::Code::kBusy:
    case base::Code::kUnavailable:
      return 503;
    case base::Code::kCorrupt:
    case base::Code::kInternal:
      break;
  }
  return 500;
}

void set_error(Response& out, const base::Error& error) {
  const int status = status_of(error.code);
  static constexpr std::string_view kCodes[] = {
      "bad_input", "bad_input", "not_found", "unauthorized", "forbidden", "conflict",
      "too_large", "timeout",   "busy",      "unavailable",  "corrupt",   "internal"};
  set_error(out, status, kCodes[static_cast<size_t>(error.code)], error.message);
  if (status == 503) out.add_header("Retry-After", "1");
}

}  // namespace prodev::http
