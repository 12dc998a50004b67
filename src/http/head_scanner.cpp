#include <cstring>

#include "http/head.h"

namespace prodev::http {

HeadScanner::Progress HeadScanner::refuse(int status, const char* message) {
  error_ = {status, message};
  return Progress::kRefused;
}

HeadScanner::Progress HeadScanner::scan(std::string_view bytes, const HeadLimits& limits) {
  while (next_ < bytes.size()) {
    const void* found = std::memchr(bytes.data() + next_, '\n', bytes.size() - next_);
    if (found == nullptr) {
      next_ = bytes.size();
      break;
    }
    const size_t newline = static_cast<size_t>(static_cast<const char*>(found) - bytes.data());
    if (newline == 0 || bytes[newline - 1] != '\r') {
      return refuse(400, "a line of the request head ends with a bare LF instead of CRLF");
    }
    next_ = newline + 1;
    const bool empty = newline - 1 == line_start_;
    line_start_ = next_;
    // RFC 9112 section 2.2: one empty line before the request line is ignored.
    if (empty && lines_ > 0) {
      end_ = next_;
      return end_ > limits.head_bytes ? refuse(431, "the request head is too large")
                                      : Progress::kComplete;
    }
    if (empty && next_ > 2) return refuse(400, "empty lines stand before the request line");
    if (!empty && ++lines_ > limits.fields + 1) {
      return refuse(431, "the request has too many header fields");
    }
  }
  if (bytes.size() >= limits.head_bytes) {
    return lines_ == 0 ? refuse(414, "the request target is too long")
                       : refuse(431, "the request head is too large");
  }
  return Progress::kIncomplete;
}

}  // namespace prodev::http
