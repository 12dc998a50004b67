// What CHECK constraints say about a column: whether it is a boolean, JSON or an enumeration.
#pragma once

#include <string_view>
#include <vector>

#include "catalog/catalog.h"

namespace prodev::catalog {

// Reads the CHECK constraints of `create_table` (the statement as stored by SQLite) and notes in
// `columns` what these forms say, each also behind "c IS NULL OR":
//   json_valid(c)      JSON
//   c IN (0, 1)        boolean
//   c IN ('a', 'b')    the words allowed
// Any other constraint says nothing here; SQLite enforces it all the same.
void note_checks(std::string_view create_table, std::vector<Column>& columns);

}  // namespace prodev::catalog
