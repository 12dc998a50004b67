// JSON without what is null.
#pragma once

#include <string>
#include <string_view>

namespace prodev::text {

// Appends the JSON value `json` without the members of its objects, however deep, that are null
// (json_strip_nulls of PostgreSQL, functions-json). Elements of arrays stay. What is not valid JSON
// is appended as far as it is.
void append_without_nulls(std::string& out, std::string_view json);

}  // namespace prodev::text
