// The names of types that functions take and give back.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"

namespace prodev::catalog {

// What values of the type called `name` (PostgreSQL's and SQLite's names, in lower case, words one
// space apart) mean; nullopt: there is no such type.
std::optional<ValueKind> kind_called(std::string_view name);

// Every name that kind_called() knows, for suggestions.
std::vector<std::string> known_type_names();

}  // namespace prodev::catalog
