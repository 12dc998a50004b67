// For a person who knows better than the records: files taken for applied without being run.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "db/connection.h"
#include "db/migration_files.h"

namespace prodev::db {

struct AcceptedMigration {
  std::string name;
  bool is_gone = false;      // there is no such file: its record was taken away
  std::string recorded_sql;  // as it was applied; empty when that is not kept
  std::string present_sql;
};

// From now on the applied file `name` is what it is now, or, when it is gone, was never applied;
// what it did to the database stays. `name` may have a folder before it. kUsage, with what it is,
// for a file that was never applied.
base::Result<AcceptedMigration> accept_migration(Connection& connection,
                                                 const std::vector<MigrationFile>& files,
                                                 std::string_view name);

// Records as applied, without running them, the files up to `last` (all when it is empty) that are
// pending. Returns their names. kUsage when there is no file `last`, kConflict when one of them
// comes before an applied file. All or none.
base::Result<std::vector<std::string>> record_baseline(Connection& connection,
                                                       const std::vector<MigrationFile>& files,
                                                       std::string_view last);

}  // namespace prodev::db
