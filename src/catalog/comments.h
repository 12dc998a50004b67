// What people are told about tables and columns.
#pragma once

#include <string_view>
#include <vector>

#include "catalog/catalog.h"
#include "catalog/function.h"

namespace prodev::catalog {

// Reads the `--` comments within `create_table` (the statement as stored by SQLite, which keeps
// them): the lines directly above a column, and what stands behind it on its line.
void note_column_comments(std::string_view create_table, std::vector<Column>& columns);

// Sets the descriptions that the system table _prodev_comment holds, over those of
// note_column_comments(); then gives the columns of views without one that of the column of a table
// that they show.
base::Result<void> load_comments(db::Connection& connection, std::vector<Table>& tables);

// The same of functions, by their names.
base::Result<void> load_comments(db::Connection& connection, std::vector<Function>& functions);

}  // namespace prodev::catalog
