// Rows written since a schema file was applied, carried over into a database where the file was
// applied anew: a merge of three states of each table.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "db/connection.h"

namespace prodev::db {

// Values that were written into a column which the file does not make any more.
struct LostColumn {
  std::string column;
  int64_t rows = 0;
};

struct CarriedRows {
  std::string table;
  int64_t kept = 0;
  int64_t lost = 0;
  std::string why = {};  // of those that are lost, in a few words; may be empty
  std::vector<LostColumn> lost_columns = {};
};

// Does to the tables of `target` what was done to those of the database `was_path` until they were
// those of `is_path`: rows are inserted, deleted and, column by column, changed. Tables and columns
// are known by their names, in any case; a row by its primary key, one of a virtual table by its
// number. Of a table without a primary key, or with another one now, new rows alone are carried.
// Triggers do not run, as theirs were the changes too. An FTS5 table over another table is built
// anew; one without any text (content='') is taken as it is where the file has made the same of it.
// What does not fit (a key that is taken, a table or column that is gone, a reference that leads
// nowhere) is left out and counted. One entry for each table that had changes; system tables that
// hold what schema files say are not carried.
// REQUIRES: `target` is nobody else's, without an open transaction, and is closed before its
// full-text tables are read.
base::Result<std::vector<CarriedRows>> carry_rows(Connection& target, const std::string& was_path,
                                                  const std::string& is_path);

}  // namespace prodev::db
