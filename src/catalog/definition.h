// What a CREATE TABLE says that SQLite tells in no other way.
#pragma once

#include <string_view>

#include "catalog/catalog.h"

namespace prodev::catalog {

// Notes in `table`, whose columns are known, whether `create_table` (the statement as stored by
// SQLite) has conflict clauses, and the expressions of generated columns.
void note_definition(std::string_view create_table, Table& table);

}  // namespace prodev::catalog
