// Cross-origin resource sharing (the Fetch standard, section 3.3).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/request.h"
#include "http/response.h"

namespace prodev::http {

struct CorsOptions {
  // As browsers spell them, with a port of * for any, or "*"; empty: cross-origin requests get no
  // headers.
  std::vector<std::string> origins;
  // Request headers that a preflight may ask for; empty: any. An origin that may call with the
  // credentials of its choice gains nothing by a header more: what the server believes of proxies
  // (ProxyOptions) it believes by where a connection comes from.
  std::vector<std::string> headers;
  bool credentials = false;  // never together with "*"
  int64_t max_age_s = 86'400;
};

class Cors {
 public:
  explicit Cors(const CorsOptions& options);

  // Adds the headers that let the page of the request's Origin read the response. Nothing when
  // the request has no Origin or it is not allowed.
  void decorate(const Request& request, Response& response) const;
  // Answers a preflight request, which decorate() completes; false when `request` is not one.
  bool answer_preflight(const Request& request, Response& response) const;

 private:
  void allow_headers(const Request& request, Response& response) const;
  bool allows(std::string_view origin) const;

  std::vector<std::string> origins_;
  std::vector<std::string> headers_;
  bool any_origin_ = false;
  std::string response_lines_;
  std::string preflight_lines_;
};

// The Origin of a head that may be cut off or malformed, for the answer that refuses it; empty when
// there is not exactly one. `bytes`: from the request line on.
std::string_view find_origin(std::string_view bytes);

}  // namespace prodev::http
