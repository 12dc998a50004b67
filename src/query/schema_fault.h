// What SQLite says of a schema that does not hold together, as a client may read it.
#pragma once

#include <optional>
#include <string_view>

#include "query/api_error.h"

namespace prodev::query {

// A foreign key to columns that are not unique, a collation or function that the program that made
// the database had, a table or column that is gone and that a trigger or full-text table names.
// None: `message` is about something else. The log tells what SQLite said; the catalog tells the
// owner of each fault, and the mend (Catalog::problems).
std::optional<ApiError> schema_fault(std::string_view message, std::string_view table);

}  // namespace prodev::query
