// What ANALYZE found out about tables and indexes.
#pragma once

#include <vector>

#include "catalog/catalog.h"

namespace prodev::catalog {

// Notes what the database knows of `tables`: nothing when nobody has run ANALYZE.
base::Result<void> load_statistics(db::Connection& connection, std::vector<Table>& tables);

}  // namespace prodev::catalog
