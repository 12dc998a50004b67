// The head of a response on the wire (RFC 9112 section 4).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "http/request.h"
#include "http/response.h"
#include "http/site.h"

namespace prodev::http {

// "Date: ...\r\n", made once per second.
class DateLine {
 public:
  std::string_view at(int64_t unix_s);

 private:
  int64_t unix_s_ = -1;
  std::string line_;
};

// How a response is framed.
struct Framing {
  bool keep_alive = true;
  bool chunked = false;  // a stream to an HTTP/1.1 client
};

void append_response_head(std::string& out, const Site& site, const Request& request,
                          const Response& response, const Framing& framing,
                          std::string_view date_line);

}  // namespace prodev::http
