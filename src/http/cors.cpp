#include "http/cors.h"

#include <algorithm>

#include "text/ascii.h"
#include "text/join.h"

namespace prodev::http {

namespace {

// What scripts may read besides Content-Type, Content-Length, Cache-Control, Expires, Last-Modified
// and Pragma, which they always may (the Fetch standard, "CORS-safelisted response-header name").
constexpr std::string_view kExposed =
    "Accept-Ranges, Allow, Content-Disposition, Content-Encoding, Content-Location, "
    "Content-Profile, Content-Range, Date, ETag, Link, Location, Preference-Applied, Proxy-Status, "
    "Retry-After, Server-Timing, Warning, WWW-Authenticate, X-Request-Id, X-Total-Count";

bool is_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// `allowed` is an origin, or one with * for its port.
bool fits(std::string_view allowed, std::string_view origin) {
  if (!allowed.ends_with(":*")) return origin == allowed;
  allowed.remove_suffix(2);
  if (!origin.starts_with(allowed)) return false;
  const std::string_view port = origin.substr(allowed.size());
  return port.empty() || (port.size() > 1 && port.front() == ':' && is_digits(port.substr(1)));
}

// The well-formed names of a list of headers, as they may be sent back.
std::string names_of(std::string_view list) {
  std::string names;
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    const std::string_view name = text::trim(list.substr(0, comma));
    if (is_token(name)) names.append(names.empty() ? "" : ", ").append(name);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return names;
}

}  // namespace

Cors::Cors(const CorsOptions& options) : origins_(options.origins), headers_(options.headers) {
  any_origin_ = std::find(origins_.begin(), origins_.end(), "*") != origins_.end();
  if (options.credentials) response_lines_ = "Access-Control-Allow-Credentials: true\r\n";
  preflight_lines_ = "Vary: Access-Control-Request-Method, Access-Control-Request-Headers\r\n";
  response_lines_ += "Access-Control-Expose-Headers: " + std::string(kExposed) + "\r\n";
  preflight_lines_ +=
      "Access-Control-Allow-Methods: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n";
  preflight_lines_ += "Access-Control-Max-Age: " + std::to_string(options.max_age_s) + "\r\n";
}

bool Cors::allows(std::string_view origin) const {
  return any_origin_ || std::any_of(origins_.begin(), origins_.end(),
                                    [&](const std::string& one) { return fits(one, origin); });
}

void Cors::allow_headers(const Request& request, Response& response) const {
  std::string joined;
  const std::string names =
      headers_.empty() ? names_of(request.head.find_list("access-control-request-headers", joined))
                       : text::joined(headers_);
  if (!names.empty()) response.add_header("Access-Control-Allow-Headers", names);
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
  allow_headers(request, response);
  return true;
}

std::string_view find_origin(std::string_view bytes) {
  constexpr std::string_view kEnd = "\r\n";
  constexpr std::string_view kName = "origin:";
  std::string_view origin;
  size_t line_end = bytes.find(kEnd);
  if (line_end == 0) line_end = bytes.find(kEnd, kEnd.size());
  while (line_end != std::string_view::npos) {
    bytes.remove_prefix(line_end + kEnd.size());
    line_end = bytes.find(kEnd);  // a line without its end may be cut off
    if (line_end == 0 || line_end == std::string_view::npos) break;
    const std::string_view line = bytes.substr(0, line_end);
    if (!text::equal_ignoring_case(line.substr(0, kName.size()), kName)) continue;
    if (!origin.empty()) return {};
    origin = text::trim(line.substr(kName.size()));
  }
  return origin;
}

}  // namespace prodev::http
