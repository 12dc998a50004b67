#include "server/database_file.h"

#include <algorithm>
#include <filesystem>

#include "comments/statement.h"
#include "db/former_system_tables.h"
#include "db/system_schema.h"
#include "functions/store.h"
#include "server/changed_files.h"
#include "server/database_upgrade.h"
#include "server/folders.h"
#include "server/private_files.h"
#include "statements/lost_rules.h"
#include "statements/rule_follower.h"
#include "telemetry/log.h"

namespace prodev::server {

namespace {

// Whether there is something to apply, or to complain about.
bool any_pending(const std::vector<db::MigrationStatus>& statuses) {
  using State = db::MigrationState;
  return std::any_of(statuses.begin(), statuses.end(), [](const db::MigrationStatus& status) {
    return status.state != State::kApplied && status.state != State::kWaiting;
  });
}

// Carries out the statements of schema files that SQLite does not know.
db::StatementHook schema_statements() {
  return [comments = comments::schema_statements(), others = functions::schema_statements()](
             db::Connection& connection, std::string_view statement,
             std::string_view comment) -> db::StatementResult<bool> {
    TRY_ASSIGN(const bool taken, comments(connection, statement, comment));
    return taken ? true : others(connection, statement, comment);
  };
}

}  // namespace

base::Result<bool> has_database(const config::Settings& settings) {
  const std::string path = config::effective_db_file(settings);
  std::error_code error;
  const auto kind = std::filesystem::status(path, error).type();
  if (kind == std::filesystem::file_type::not_found) return false;
  if (!error) return kind == std::filesystem::file_type::regular;
  return base::fail(base::Code::kUnavailable, "cannot look at the database " + path + ": " +
                                                  error.message() + ": run prodev as its owner");
}

base::Result<db::Connection> open_database_file(const config::Settings& settings) {
  const std::string path = config::effective_db_file(settings);
  const auto durability =
      settings.synchronous == "normal" ? db::Durability::kNormal : db::Durability::kFull;
  if (settings.db_file.empty()) {
    TRY(make_private_folder(config::effective_data_dir(settings)));
    TRY(make_private_database(path));
    return db::Connection::open(path, db::OpenMode::kCreate, durability);
  }
  std::error_code ignored;  // whatever it is, the file cannot be used
  if (!std::filesystem::is_regular_file(path, ignored)) {
    return base::fail(base::Code::kUsage, "there is no database file " + path +
                                              ": name one with --db, or leave --db out to use "
                                              "prodev.db in the data folder");
  }
  return db::Connection::open(path, db::OpenMode::kReadWrite, durability);
}

base::Result<std::vector<db::MigrationFile>> schema_files(const config::Settings& settings) {
  const std::string folder = config::effective_schema_dir(settings);
  std::error_code ignored;
  if (settings.schema_dir.empty() && !std::filesystem::is_directory(folder, ignored))
    return std::vector<db::MigrationFile>();
  return db::load_migrations(folder);
}

base::Result<void> apply_files(db::Connection& connection,
                               const std::vector<db::MigrationFile>& files,
                               const std::function<void(const db::AppliedMigration&)>& report) {
  const std::unique_ptr<db::ScriptObserver> follower = statements::make_rule_follower();
  return db::apply_migrations(connection, files, report, schema_statements(), follower.get());
}

base::Result<std::vector<db::MigrationFile>> files_to_apply(const config::Settings& settings) {
  const std::string folder = config::effective_schema_dir(settings);
  std::error_code ignored;
  if (!settings.dev || !std::filesystem::is_directory(folder, ignored))
    return schema_files(settings);
  return db::load_migrations_and_seed(folder);
}

base::Result<void> prepare_database(const config::Settings& settings, db::Connection& connection) {
  TRY_ASSIGN(const db::SystemTablesState state, db::system_tables_state(connection));
  if (settings.db_file.empty() || state != db::SystemTablesState::kNone)
    TRY(upgrade_system_tables(settings, connection));
  return end_lost_rules(connection);
}

base::Result<void> end_lost_rules(db::Connection& connection) {
  TRY_ASSIGN(const std::vector<std::string> notes, statements::find_and_end_lost_rules(connection));
  for (const std::string& note : notes) telemetry::log(telemetry::Level::kWarn, note);
  return {};
}

base::Result<db::AppliedMigration> apply_file(db::Connection& connection,
                                              const db::MigrationFile& file) {
  const std::unique_ptr<db::ScriptObserver> follower = statements::make_rule_follower();
  return db::apply_migration(connection, file, schema_statements(), follower.get());
}

base::Result<void> apply_schema(const config::Settings& settings, db::Connection& connection,
                                const std::vector<db::MigrationFile>& files,
                                const std::function<void(const db::AppliedMigration&)>& report) {
  TRY(prepare_database(settings, connection));
  TRY_ASSIGN(const auto statuses, db::migration_status(connection, files));
  if (!any_pending(statuses)) return db::renew_digests(connection, files);
  TRY(upgrade_system_tables(settings, connection));
  TRY(check_files(settings, connection, statuses));
  return apply_files(connection, files, report);
}

}  // namespace prodev::server
