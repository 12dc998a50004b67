// Relations: the tables and views of the project by name, while the statements of a file run.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "db/connection.h"
#include "statements/alteration.h"

namespace prodev::statements {

// A relation that got another name is among both.
struct RelationChange {
  std::vector<std::string> gone;
  std::vector<std::string> created;
};

class Relations {
 public:
  static base::Result<Relations> load(db::Connection& connection);

  // What the statement did that has run since; `change` is its kind. Most statements of a long file
  // create something: only what is new is looked at then.
  base::Result<RelationChange> look(db::Connection& connection, SchemaChange change);

 private:
  std::set<std::string> names_;
  int64_t last_row_ = 0;  // of sqlite_schema: what is created comes behind it
};

}  // namespace prodev::statements
