// FileEnd: what must hold at the end of a schema file, before its commit: nothing may be broken
// that was not broken before it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "db/attached_objects.h"
#include "db/broken_objects.h"
#include "db/connection.h"
#include "db/migration_files.h"
#include "db/reference_check.h"

namespace prodev::db {

class FileEnd {
 public:
  // Looks at the database as it is before a file.
  static base::Result<FileEnd> before_files(Connection& connection);

  // kConflict when rows refer to rows that are not there, or a view, trigger or full-text table
  // does not work, and this was not so before `file`. What is found is what the next file may find.
  // Inside a file a schema may be broken for a while: SQLite's recipes need that.
  base::Result<void> check(Connection& connection, const MigrationFile& file);

  // After check(): triggers and indexes that ended with their tables, a sentence for each table.
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  base::Result<void> check_references(Connection& connection, const MigrationFile& file);
  base::Result<void> check_objects(Connection& connection, const MigrationFile& file);

  References references_;
  std::vector<BrokenObject> broken_;
  std::vector<AttachedObject> attached_;
  int64_t schema_number_ = 0;  // that broken_ and attached_ are of
  std::vector<std::string> notes_;
};

}  // namespace prodev::db
