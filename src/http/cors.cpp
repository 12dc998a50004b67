#include "http/cors.h"

#include <algorithm>

namespace prodev::http {

namespace {

constexpr std::string_view kExposed =
    "Content-Range, Content-Location, Content-Profile, ETag, Link, Location, Preference-Applied, "
    "Retry-After, Server-Timing, X-Request-Id";

std::string join(const std::vector<std::string>& items) {
  std::string list;
  for (const std::string& item : items) {
    if (!list.empty()) list += ", ";
    list += item;
  }
  return list;
}

}  // namespace

Cors::Cors(const CorsOptions& options) : origins_(options.origins) {
  any_origin_ = std::find(origins_.begin(), origins_.end(), "*") != origins_.end();
  if (options.credentials) response_lines_ = "Access-Control-Allow-Credentials: true\r\n";
  preflight_lines_ = "Vary: Access-Control-Request-Method, Access-Control-Request-Headers\r\n";
  response_lines_ += "Access-Control-Expose-Headers: " + std::string(kExposed) + "\r\n";
  preflight_lines_ +=
      "Access-Control-Allow-Methods: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n";
  preflight_lines_ += "Access-Control-Allow-Headers: " + join(options.headers) + "\r\n";
  preflight_lines_ += "Access-Control-Max-Age: " + std::to_string(options.max_age_s) + "\r\n";
}

bool Cors::allows(std::string_view origin) const {
  return any_origin_ || std::find(origins_.begin(), origins_.end(), origin) != origins_.end();
}

void Cors::decorate(const Request& request, Response& response) const {
  if (origins_.empty()) return;
  // Caches must keep the answers to different origins apart even when this one has none.
  if (!any_origin_) response.add_header_lines("Vary: Origin\r\n");
  const std::string_view origin = request.header("origin");
  if (origin.empty() || !allows(origin)) return;
  response.add_header("Access-Control-Allow-Origin", any_origin_ ? "*" : origin);
  response.add_header_lines(response_lines_);
}

bool Cors::answer_preflight(const Request& request, Response& response) const {
  if (origins_.empty() || request.head.method != Method::kOptions ||
      !request.head.has("access-control-request-method")) {
    return false;
  }
  const std::string_view origin = request.header("origin");
  if (origin.empty()) return false;
  if (!allows(origin)) {
    set_error(response, 403, "origin_not_allowed", "pages of this origin may not call this server",
              "add the origin to the setting cors_origins");
    return true;
  }
  response.status = 204;
  response.add_header_lines(preflight_lines_);
  return true;
}

}  // namespace prodev::http
