// Cross-origin resource sharing (the Fetch standard, section 3.3).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/request.h"
#include "http/response.h"

namespace prodev::http {

struct CorsOptions {
  std::vector<std::string> origins;  // exact, or "*"; empty: cross-origin requests get no headers
  std::vector<std::string> headers;  // request headers that a preflight may ask for
  bool credentials = false;          // never together with "*"
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
  bool allows(std::string_view origin) const;

  std::vector<std::string> origins_;
  bool any_origin_ = false;
  std::string response_lines_;
  std::string preflight_lines_;
};

}  // namespace prodev::http
