// What of a schema SQLite takes into the database and refuses to work with later: views and
// triggers that name what is not there, tables that need a collation or function that only another
// program has, full-text tables whose content has other columns by now.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "db/connection.h"

namespace prodev::db {

struct BrokenObject {
  enum class Kind { kTable, kView, kFullText };
  Kind kind = Kind::kTable;
  std::string name;     // of the table or view
  std::string verb;     // SELECT, INSERT, UPDATE or DELETE: what SQLite refuses
  std::string problem;  // its words: "no such table: main.customer"
  std::string trigger;  // the one that names what is missing; empty: none does
  std::string advice;   // follows the problem: ": text stands in single quotes: 'x'"
};

// Of the tables and views of the project; of each the first verb alone that SQLite refuses for one
// reason. Prepares statements for all of them, of writes only those that a constraint or trigger
// may hinder, and reads one row of full-text tables with content elsewhere.
base::Result<std::vector<BrokenObject>> find_broken_objects(Connection& connection);

// The last name of SQLite's message: what is missing ("customer"), or may not be used.
std::string missing_name(const BrokenObject& broken);

}  // namespace prodev::db
