// Migrations: the SQL files of a schema folder, applied in order, each in one transaction in which
// foreign keys do not act (file_transaction.h) and at whose end they are checked.
//
// A file is named NNNN_name.sql. What has been applied is recorded in the table _prodev_migration
// with a digest of its statements, so that a file changed or removed afterwards is noticed.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "db/connection.h"
#include "db/migration_files.h"
#include "db/migration_records.h"
#include "db/sql_script.h"

namespace prodev::db {

struct AppliedMigration {
  std::string name;
  int64_t duration_us = 0;
  std::vector<std::string> notes;  // of the observer, and what ended with its table
};

// kConflict, with what to do, when an applied file has changed or is missing, or when a pending one
// comes before an applied one.
base::Result<void> check_applicable(const std::vector<MigrationStatus>& statuses);

bool is_pending(const std::vector<MigrationStatus>& statuses, const MigrationFile& file);

// Applies one file whole or not at all, and records it. The error of a statement that fails names
// file:line:column, the statement, and SQLite's message; every other one names the file. kConflict
// when something is broken after the file that was not before (file_end.h). `hook` carries out
// the statements that SQLite does not know; `observer`, which may be null, follows the file.
// REQUIRES: prepare_records().
base::Result<AppliedMigration> apply_migration(Connection& connection, const MigrationFile& file,
                                               const StatementHook& hook,
                                               ScriptObserver* observer = nullptr);

// Applies what is pending, in order, each as apply_migration() does. Refuses to start (kConflict)
// when an applied file has changed or is missing, or when a pending file comes before an applied
// one. `report` is called after each file.
base::Result<void> apply_migrations(Connection& connection, const std::vector<MigrationFile>& files,
                                    const std::function<void(const AppliedMigration&)>& report,
                                    const StatementHook& hook = {},
                                    ScriptObserver* observer = nullptr);

}  // namespace prodev::db
