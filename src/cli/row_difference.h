// How many rows of each table are different in another state of a database.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "db/connection.h"

namespace prodev::cli {

struct RowDifference {
  std::string table;
  int64_t added = 0;
  int64_t removed = 0;
  int64_t changed = 0;  // in a column that both have
};

// Compares with the database `was_path`, by primary key, or by rowid where there is none. Tables
// without a difference, virtual and system tables are left out. Reads every row.
base::Result<std::vector<RowDifference>> row_differences(db::Connection& connection,
                                                         const std::string& was_path);

}  // namespace prodev::cli
