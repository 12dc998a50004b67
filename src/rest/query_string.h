// The query of a URL as names and values (WHATWG URL, application/x-www-form-urlencoded).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "query/api_error.h"

namespace prodev::rest {

struct Parameter {
  std::string name;
  std::string value;
};

// In the order sent; names may repeat. PGRST100 for a bad escape or too many parameters.
query::Outcome<std::vector<Parameter>> parse_query_string(std::string_view query);

}  // namespace prodev::rest
