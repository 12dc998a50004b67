// Rows put into a table one by one, each by itself: what the table refuses is counted and left out.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "db/connection.h"

namespace prodev::db {

// Names as SQL takes them.
struct RowTable {
  std::string name;
  std::vector<std::string> columns;
  std::vector<std::string> key = {};  // of these
  bool is_number_optional = false;    // columns[0] is the row's number: any other will do
};

struct SettledRows {
  int64_t settled = 0;
  int64_t refused = 0;
  std::string why;  // of the last one that is refused
};

// `rows`: what follows SELECT, with a value for each column. Inserts these rows.
base::Result<SettledRows> insert_rows(Connection& connection, const RowTable& table,
                                      const std::string& rows);

// Puts these rows in place of those with the same keys, all at once: values that are UNIQUE may
// change hands. Rows that are refused stay as they were.
// REQUIRES: no trigger and no foreign key acts.
base::Result<SettledRows> replace_rows(Connection& connection, const RowTable& table,
                                       const std::string& rows);

}  // namespace prodev::db
