// What a request to /rest/v1/TABLE asks for, from its query string and headers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "http/request.h"
#include "query/api_error.h"
#include "query/ast.h"
#include "rest/media_type.h"
#include "rest/preferences.h"

namespace prodev::rest {

struct RequestOptions {
  query::Read read;
  bool has_window = false;            // limit, offset or order were given
  std::optional<std::string> cursor;  // the text behind "after."
  std::optional<std::vector<std::string>> columns;
  std::vector<std::string> on_conflict;
  Preferences preferences;
  MediaType media;
};

// PGRST100 and PGRST103 for what cannot be read, PGRST107 for an Accept that nothing here answers,
// PGRST106 for a schema other than public.
query::Outcome<RequestOptions> parse_request_options(const http::Request& request);

}  // namespace prodev::rest
