// What a request to /rest/v1/TABLE asks for, from its query string and headers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "http/request.h"
#include "query/api_error.h"
#include "rest/media_type.h"
#include "rest/preferences.h"
#include "rest/query_parameters.h"

namespace prodev::rest {

struct RequestOptions : QueryParameters {
  Preferences preferences;
  MediaType media;
};

// Whether the body is in memory as it is meant, and can be parsed where the request is.
bool is_at_hand(const http::Request& request);

// PGRST100, PGRST103 and PGRST108 for what cannot be read, PGRST107 for an Accept that nothing here
// answers, PGRST106 for a schema other than public. Into `options`, which are new: they are large,
// and stay where they are made.
query::Outcome<void> parse_request_options(const http::Request& request, RequestOptions& options);
// The same with `parameters` in place of those of the query string.
query::Outcome<void> parse_request_options(const http::Request& request,
                                           std::vector<Parameter> parameters,
                                           RequestOptions& options);

}  // namespace prodev::rest
