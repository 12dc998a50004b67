// Migrations: the SQL files of a schema folder, applied in order, each in one transaction in which
// foreign keys do not act (file_transaction.h) and at whose end they are checked.
//
// A file is named NNNN_name.sql. What has been applied is recorded in the table _prodev_migration
// with a digest of the file, so that a file changed or removed afterwards is noticed.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "db/connection.h"
#include "db/sql_script.h"

namespace prodev::db {

struct MigrationFile {
  int64_t number = 0;
  std::string name;  // "0001_products.sql"
  std::string path;
  std::string sql;
  std::string digest;  // 32 hex digits: BLAKE2b-128 of the bytes
};

enum class MigrationState {
  kApplied,
  kPending,
  kChanged,  // applied, and the file is different now
  kMissing,  // applied, and the file is gone
};

struct MigrationStatus {
  MigrationState state = MigrationState::kPending;
  int64_t number = 0;
  std::string name;
  std::string applied_at;  // "2026-11-23T20:00:00Z"; empty when pending
};

// The files of `folder`, by number. kBadInput for a name that is not NNNN_name.sql, a number used
// twice, or a file that is not UTF-8 text; kNotFound when there is no such folder.
base::Result<std::vector<MigrationFile>> load_migrations(const std::string& folder);

// Each file and each record, by number.
base::Result<std::vector<MigrationStatus>> migration_status(
    Connection& connection, const std::vector<MigrationFile>& files);

struct AppliedMigration {
  std::string name;
  int64_t duration_us = 0;
  std::vector<std::string> notes;  // of the observer
};

// Applies what is pending, in order; each file whole or not at all. Refuses to start (kConflict)
// when an applied file has changed or is missing, or when a pending file comes before an applied
// one; and a file after which something refers to what is not there, unless it did so before.
// `report` is called after each file. The error of a statement that fails names file:line:column,
// the statement, and SQLite's message; every other one names the file. `hook` carries out the
// statements that SQLite does not know; `observer`, which may be null, follows each file.
base::Result<void> apply_migrations(Connection& connection, const std::vector<MigrationFile>& files,
                                    const std::function<void(const AppliedMigration&)>& report,
                                    const StatementHook& hook = {},
                                    ScriptObserver* observer = nullptr);

// Makes NNNN_name.sql with the next number in `folder` and returns its path.
base::Result<std::string> create_migration(const std::string& folder, std::string_view name);

}  // namespace prodev::db
