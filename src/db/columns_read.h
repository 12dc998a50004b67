// Which columns the names in a statement stand for, as SQLite finds them (sqlite.org/c3ref,
// set_authorizer, SQLITE_READ).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "db/connection.h"

namespace prodev::db {

// One name, or one that * stands for. Names of what subqueries give are not told, only what these
// make it of.
struct ColumnRead {
  std::string table;   // or view
  std::string column;  // of the rowid "ROWID", or the INTEGER PRIMARY KEY that it is
  std::string within;  // what says it: a view, a trigger, a WITH; empty: the statement itself
};

// In the order in which SQLite finds them, which is that of the statement's clauses. Prepared as
// client_rules.h has it for clients; kBadInput where that cannot be. Statements of `connection`
// that are half-way through their rows are prepared anew.
base::Result<std::vector<ColumnRead>> columns_read(Connection& connection, std::string_view sql);

}  // namespace prodev::db
