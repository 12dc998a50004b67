// PostgreSQL's array literals (PostgreSQL, Array Value Input): {a,"b c",NULL}.
#pragma once

#include <string>
#include <string_view>

#include "query/api_error.h"

namespace prodev::query {

// `literal`, of one dimension, as a JSON array of strings and nulls. 22P02 for anything else.
Outcome<std::string> json_of_array_literal(std::string_view literal);

}  // namespace prodev::query
