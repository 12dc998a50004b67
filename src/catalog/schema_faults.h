// What of a database's own schema keeps its tables from being read or written.
#pragma once

#include <string>
#include <vector>

#include "catalog/catalog.h"

namespace prodev::catalog {

// A sentence for each foreign key to columns that are not unique or to a table that is gone, and
// for each table that SQLite refuses to read or to write (db/broken_objects.h). With the mend where
// one is known. Names of tables with SQLite's words: for the owner.
base::Result<std::vector<std::string>> find_schema_faults(db::Connection& connection,
                                                          const std::vector<Table>& tables);

}  // namespace prodev::catalog
