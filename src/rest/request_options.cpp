#include "rest/request_options.h"

#include "http/decoder.h"
#include "http/head.h"
#include "rest/query_string.h"
#include "rest/window.h"

namespace prodev::rest {

namespace {

using query::Outcome;

Outcome<void> check_profile(const http::Request& request) {
  for (const std::string_view header : {"accept-profile", "content-profile"}) {
    const std::string_view profile = request.header(header);
    if (profile.empty() || profile == "public") continue;
    return query::refuse({406, "PGRST106", "Invalid schema: " + std::string(profile),
                          "Only the following schemas are exposed: public"});
  }
  return {};
}

}  // namespace

bool is_at_hand(const http::Request& request) {
  return !request.body.in_file() && http::is_plain(request.header("content-encoding"));
}

Outcome<void> parse_request_options(const http::Request& request, RequestOptions& options) {
  TRY_ASSIGN(std::vector<Parameter> parameters, parse_query_string(request.head.query));
  return parse_request_options(request, std::move(parameters), options);
}

Outcome<void> parse_request_options(const http::Request& request, std::vector<Parameter> parameters,
                                    RequestOptions& options) {
  TRY(check_profile(request));
  std::string joined;
  TRY_ASSIGN(options.media, negotiate(request.head.find_list("accept", joined)));
  TRY_ASSIGN(options.preferences, parse_preferences(request));
  TRY(parse_query_parameters(std::move(parameters), options));
  const bool reads =
      request.head.method == http::Method::kGet || request.head.method == http::Method::kHead;
  if (reads) TRY(apply_range(request.header("range"), options.read));
  return {};
}

}  // namespace prodev::rest
