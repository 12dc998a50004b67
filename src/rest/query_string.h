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

// In the order sent; names may repeat. A '%' that begins no escape is itself. PGRST100 for too many
// parameters.
query::Outcome<std::vector<Parameter>> parse_query_string(std::string_view query);

// The same of a body, where a bad escape is PGRST100, too: what is to be stored is not guessed.
query::Outcome<std::vector<Parameter>> parse_form(std::string_view body);

}  // namespace prodev::rest
