// Rows written since a schema file was applied, carried over into a database where the file was
// applied anew: a merge of three states of each table.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "db/connection.h"

namespace prodev::db {

struct CarriedRows {
  std::string table;
  int64_t kept = 0;
  int64_t lost = 0;
  std::string why;  // of those that are lost, in a few words; may be empty
};

// Does to the tables of `target` what was done to those of the database `was_path` until they were
// those of `is_path`: rows are inserted, deleted and, column by column, changed. A row is known by
// its primary key; of a table without one, or with another one now, new rows alone are carried.
// Triggers do not run, as theirs were the changes too; FTS5 tables over other tables are rebuilt.
// What does not fit (a key that is taken, a table or column that is gone, a reference that leads
// nowhere) is left out and counted. One entry for each table that had changes; system tables that
// hold what schema files say are not carried.
// REQUIRES: `target` is nobody else's, and without an open transaction.
base::Result<std::vector<CarriedRows>> carry_rows(Connection& target, const std::string& was_path,
                                                  const std::string& is_path);

}  // namespace prodev::db
