// The database file of a project, and bringing it up to its schema folder.
#pragma once

#include <functional>

#include "base/result.h"
#include "config/settings.h"
#include "db/connection.h"
#include "db/migrations.h"

namespace prodev::server {

// Whether the database is there. kUnavailable when that cannot be told, as in a folder of another
// user's.
base::Result<bool> has_database(const config::Settings& settings);

// Opens the database for writing, making it and its folder where it is not one that --db names.
// kUsage for a --db that does not exist; other errors tell a locked from a damaged file.
base::Result<db::Connection> open_database_file(const config::Settings& settings);

// The files of the schema folder; none when there is no such folder and none was named.
base::Result<std::vector<db::MigrationFile>> schema_files(const config::Settings& settings);

// Applies what is pending of `files`: the statements that SQLite does not know are carried out, and
// the rules follow what the others do (statements/rule_follower.h). The system's own tables must be
// there.
base::Result<void> apply_files(db::Connection& connection,
                               const std::vector<db::MigrationFile>& files,
                               const std::function<void(const db::AppliedMigration&)>& report);

// The files of the schema folder as schema_files() gives them, and seed.sql where the settings are
// those of development.
base::Result<std::vector<db::MigrationFile>> files_to_apply(const config::Settings& settings);

// Brings the system's own tables up to date, if there are any or the database is ours, and ends
// lost rules.
base::Result<void> prepare_database(const config::Settings& settings, db::Connection& connection);

// Ends rules whose table somebody else has dropped, and logs which (statements/lost_rules.h).
base::Result<void> end_lost_rules(db::Connection& connection);

// Applies one file, as apply_schema() does.
base::Result<db::AppliedMigration> apply_file(db::Connection& connection,
                                              const db::MigrationFile& file);

// Applies what is pending, with the system's own tables first. A database that --db names is left
// alone while nothing is pending, but for rules whose tables are gone, which end wherever there are
// any.
base::Result<void> apply_schema(const config::Settings& settings, db::Connection& connection,
                                const std::vector<db::MigrationFile>& files,
                                const std::function<void(const db::AppliedMigration&)>& report);

}  // namespace prodev::server
