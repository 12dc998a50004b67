// What the expressions of a view say of their columns.
#pragma once

#include <string_view>

#include "catalog/catalog.h"

namespace prodev::catalog {

// Notes the columns of `view` that its SELECT makes with one of SQLite's functions that give JSON
// (json(...), json_group_array(...)), or casts: CAST(... AS BOOLEAN). Those that show a column of a
// table are not touched.
void note_expressions(std::string_view create_view, Table& view);

}  // namespace prodev::catalog
