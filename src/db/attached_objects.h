// Triggers and indexes of tables and views, which end with them: making a table anew, as SQLite's
// recipe does, takes them along without a word.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "db/connection.h"

namespace prodev::db {

struct AttachedObject {
  std::string type;  // "trigger" or "index"
  std::string name;
  std::string table;  // or view
};

// Those that a statement has made; of the project's tables.
base::Result<std::vector<AttachedObject>> load_attached_objects(Connection& connection);

// A sentence for each table and view that is there after the file `sql` and has lost some of what
// it had before, other than by DROP TRIGGER or DROP INDEX.
base::Result<std::vector<std::string>> tell_lost(Connection& connection,
                                                 const std::vector<AttachedObject>& before,
                                                 const std::vector<AttachedObject>& after,
                                                 std::string_view sql);

}  // namespace prodev::db
