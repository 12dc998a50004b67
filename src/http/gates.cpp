// The gates that every request passes before its body is read.
#include <algorithm>
#include <array>

#include "http/decoder.h"
#include "http/site.h"
#include "telemetry/request_id.h"
#include "text/url.h"

namespace prodev::http {

namespace {

bool give_request_id(const Site&, Request& request, Response&) {
  const std::string_view sent = request.header("x-request-id");
  if (!sent.empty() && telemetry::valid_request_id(sent)) {
    request.id = sent;
  } else {
    request.id = telemetry::make_request_id();
  }
  return true;
}

// Fields that have one value, and that decide who asks, or for what. What stands in front of the
// server may have looked at another of two than the one it would take.
constexpr std::array<std::string_view, 8> kSingleFields = {
    "accept-profile",  "apikey",       "authorization", "content-encoding",
    "content-profile", "content-type", "origin",        "range"};

bool check_single_fields(const Site&, Request& request, Response& response) {
  std::array<bool, kSingleFields.size()> seen{};
  for (const Field& field : request.head.fields) {
    const auto* found =
        std::find_if(kSingleFields.begin(), kSingleFields.end(),
                     [&](std::string_view name) { return equal_name(field.name, name); });
    if (found == kSingleFields.end()) continue;
    bool& known = seen[static_cast<size_t>(found - kSingleFields.begin())];
    if (known) {
      set_error(response, 400, "bad_request",
                "the request has the field " + std::string(*found) + " twice");
      return false;
    }
    known = true;
  }
  return true;
}

bool check_expectation(const Site&, Request& request, Response& response) {
  if (!request.head.unknown_expectation) return true;
  set_error(response, 417, "expectation_failed", "the only expectation understood is 100-continue");
  return false;
}

bool decode_path(const Site&, Request& request, Response& response) {
  if (!text::percent_decode(request.head.path, request.path)) {
    set_error(response, 400, "bad_path", "the path has a % that is not followed by two hex digits");
    return false;
  }
  if (request.path.find('\0') != std::string::npos) {
    set_error(response, 400, "bad_path", "the path has an encoded NUL");
    return false;
  }
  return true;
}

bool answer_preflight(const Site& site, Request& request, Response& response) {
  return !site.cors.answer_preflight(request, response);
}

// Behind the preflight of a request that is too long: its page is to read the 414 that comes next,
// and would not if the preflight, which is of the same length, were refused.
bool check_target_size(const Site& site, Request& request, Response& response) {
  if (request.head.target.size() <= site.options.head.target_bytes) return true;
  set_error(response, 414, "bad_request", "the request target is too long");
  response.close = true;
  return false;
}

bool match_route(const Site& site, Request& request, Response& response) {
  const Router::Match match = site.router.match(request.head.method, request.path);
  request.route = match.route;
  if (match.route != nullptr) return true;
  if (request.head.method == Method::kOptions) {
    const MethodSet all = Method::kGet | Method::kHead | Method::kPost | Method::kPut |
                          Method::kPatch | Method::kDelete;
    response.status = 204;
    response.add_header("Allow", (match.allowed.value_or(all) | Method::kOptions).allow());
    return false;
  }
  if (!match.allowed) {
    set_error(response, 404, "not_found", "there is nothing at this path");
    return false;
  }
  set_error(response, 405, "method_not_allowed",
            "this path does not take " + std::string(request.head.method_text));
  response.add_header("Allow", (*match.allowed | Method::kOptions).allow());
  return false;
}

bool check_access(const Site&, Request& request, Response& response) {
  // A proxy on this machine that is not known as one asks for others, too.
  const bool local = request.peer.is_loopback() && !request.relayed;
  if (request.route->access == Access::kPublic || local) return true;
  set_error(response, 403, "forbidden",
            "this path answers clients on the server's own machine only");
  return false;
}

// RFC 9110, 15.5.16, with what would have been taken.
bool check_body_coding(const Site&, Request& request, Response& response) {
  const std::string_view coding = request.header("content-encoding");
  const bool takes_gzip = request.route->takes_gzip;
  if (is_plain(coding) || (takes_gzip && is_gzip(coding))) return true;
  const MethodSet without_body = Method::kGet | Method::kHead | Method::kOptions | Method::kDelete;
  if (without_body.contains(request.head.method)) return true;
  set_error(response, 415, "unsupported_coding",
            takes_gzip ? "a request body is taken as it is, or with Content-Encoding: gzip"
                       : "this path takes a request body only as it is, without Content-Encoding");
  response.add_header("Accept-Encoding", takes_gzip ? "gzip, identity" : "identity");
  return false;
}

bool check_body_size(const Site& site, Request& request, Response& response) {
  const uint64_t limit = body_limit(site, request);
  const uint64_t stated = request.head.content_length.value_or(0);
  if (stated <= limit) return true;
  set_error(response, 413, "too_large",
            "the request body is larger than " + std::to_string(limit) + " bytes");
  return false;
}

using Gate = bool (*)(const Site&, Request&, Response&);

constexpr std::array<Gate, 10> kGates = {
    give_request_id,      // first, so that every later answer can be found in the log
    check_single_fields,  // before anything is read from them
    check_expectation,    // before anything that costs
    decode_path,          // routes match decoded paths, once
    answer_preflight,     // a browser asks before it sends credentials: no route is needed
    check_target_size,    // a page may read it
    match_route,          // what the later gates ask about
    check_access,         // needs the route
    check_body_coding,    // what the route cannot read need not be sent
    check_body_size,      // before 100 Continue invites the body
};

}  // namespace

uint64_t body_limit(const Site& site, const Request& request) {
  constexpr uint64_t kMeaningless = 65'536;
  const uint64_t limit = request.route->max_body_bytes.value_or(site.options.max_body_bytes);
  const MethodSet with_body = Method::kPost | Method::kPut | Method::kPatch;
  return with_body.contains(request.head.method) ? limit : std::min(limit, kMeaningless);
}

bool pass_gates(const Site& site, Request& request, Response& response) {
  for (const Gate gate : kGates) {
    if (!gate(site, request, response)) return false;
  }
  return true;
}

}  // namespace prodev::http
