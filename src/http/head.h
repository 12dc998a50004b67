// The head of a request: request line and header fields (RFC 9112 sections 2, 3, 5, 6).
//
// This is the only parser of a head in the server, and it is strict: what two servers could read
// in two ways (bare LF, folded fields, white space before a colon, two lengths, a length beside
// chunks) is refused, so that no request can be smuggled past a proxy in front of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/method.h"

namespace prodev::http {

struct HeadLimits {
  size_t head_bytes = 16'384;   // request line and fields together: 431
  size_t target_bytes = 8'192;  // 414, of a whole head: see gates.cpp
  size_t fields = 100;          // 431
};

// Why a head was refused. The stream behind it cannot be trusted: answer and close.
struct HeadError {
  int status = 400;          // 400, 414, 431, 501, 505
  const char* message = "";  // one sentence
};

struct Field {
  std::string_view name;   // as sent; compare with equal_name()
  std::string_view value;  // without surrounding white space
};

// Views point into the bytes given to parse_head().
struct Head {
  Method method = Method::kGet;
  std::string_view method_text;
  std::string_view target;    // as sent
  std::string_view path;      // raw, percent-encoded; begins with '/', or is "*" for OPTIONS
  std::string_view query;     // raw, without '?'
  std::string_view host;      // of the target or the Host field; may be empty in HTTP/1.0
  int minor_version = 1;      // 0 or 1; higher minor versions are served as 1
  std::vector<Field> fields;  // in the order sent

  std::optional<uint64_t> content_length;
  bool chunked = false;
  bool keep_alive = true;  // from the version and the Connection field
  bool expect_continue = false;
  bool unknown_expectation = false;  // an Expect that is not 100-continue: 417

  // The value of the first field called `name` (lower case); empty when there is none.
  std::string_view find(std::string_view name) const;
  bool has(std::string_view name) const;
  // The whole of a list field, which may be sent in several lines (RFC 9110 section 5.3). Only then
  // it is put together, in `joined`.
  std::string_view find_list(std::string_view name, std::string& joined) const;
  void clear();
};

// A token of RFC 9110 section 5.6.2, such as the name of a field.
bool is_token(std::string_view text);

// ASCII case-insensitive; `lower` must be in lower case.
bool equal_name(std::string_view name, std::string_view lower);

// Looks for the end of a head as bytes arrive, so that each byte is looked at once however slowly
// they come. A bare LF is refused as soon as it is seen.
class HeadScanner {
 public:
  enum class Progress { kIncomplete, kComplete, kRefused };

  // `bytes`: all that has arrived since the end of the last request. When complete, size() is the
  // length of the head with its empty line; when refused, error() says why.
  Progress scan(std::string_view bytes, const HeadLimits& limits);
  size_t size() const { return end_; }
  const HeadError& error() const { return error_; }
  void reset() { *this = HeadScanner(); }

 private:
  Progress refuse(int status, const char* message);

  size_t next_ = 0;  // bytes before it have been looked at
  size_t line_start_ = 0;
  size_t end_ = 0;
  size_t lines_ = 0;
  HeadError error_;
};

// Parses a whole head as delimited by HeadScanner. Empty: `out` is filled.
std::optional<HeadError> parse_head(std::string_view bytes, Head& out);

}  // namespace prodev::http
