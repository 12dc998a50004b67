// Rows that refer to rows that are not there, told apart into those that a schema file brought
// about and those that were there before it.
//
// While a schema file runs, foreign keys do not act (sqlite.org/lang_altertable, section 7): DROP
// TABLE would otherwise delete row by row, with every ON DELETE of the tables that refer to it.
// What the keys would have refused is found here instead, before the file's commit.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "db/connection.h"

namespace prodev::db {

// One row whose reference leads nowhere, one foreign key that cannot be (its parent's columns are
// not unique), or one whose parent table is not there. Names are in lower case.
struct DanglingReference {
  enum class Kind { kRow, kMismatch, kNoTable };
  Kind kind = Kind::kRow;
  std::string table;
  std::string parent;
  std::string values;                  // of a row: "author_id = 7"; of a mismatch: what is wrong
  std::optional<int64_t> row_id = {};  // of a row; none in a table WITHOUT ROWID
  std::string condition = {};          // what WHERE finds this row by
};

struct References {
  std::set<std::string> tables;  // that are there, in lower case
  std::vector<DanglingReference> dangling;
};

// Reads every table that has foreign keys.
base::Result<References> load_references(Connection& connection);

// What `after` has more of than `before`; rows are known by the values of their key, because a
// table that is made anew may number its rows anew, and so are those of tables that were renamed. A
// table that is new may refer to one that is still to come.
std::vector<DanglingReference> new_dangling(const References& before, const References& after);

// "book row 1 (author_id = 7) refers to a row of author that is not there".
std::string describe(const DanglingReference& reference);

}  // namespace prodev::db
