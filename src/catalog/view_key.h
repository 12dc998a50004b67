// The primary key of a view: that of the one table whose rows it shows.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"

namespace prodev::catalog {

struct ViewSource {
  std::string table;
  bool conditional = false;  // WHERE, HAVING or LIMIT leave rows out
};

// What is behind FROM where the view that `sql` (CREATE VIEW) makes is a single SELECT from one
// name, so that no row of that comes twice: WHERE, GROUP BY, DISTINCT and LIMIT only leave rows
// out. Its table is empty for joins, compound selects and whatever else may show a row again.
ViewSource only_source(std::string_view sql);

// Where `view` shows all of the primary key of the table `source`, and the key cannot be NULL, its
// columns get the places that they have in that key. Also notes Table::shows_every_row. `source`:
// only_source() of its definition.
void note_view_key(Table& view, const ViewSource& source, const std::vector<Table>& tables);

}  // namespace prodev::catalog
