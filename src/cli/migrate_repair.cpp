#include "cli/migrate_repair.h"

#include <algorithm>
#include <ostream>

#include "cli/schema_difference.h"
#include "cli/text_difference.h"
#include "db/migration_records.h"
#include "db/migration_repairs.h"
#include "db/migrations.h"
#include "db/system_schema.h"
#include "server/database_file.h"
#include "server/database_upgrade.h"

namespace prodev::cli {
namespace {

// Those of `files` that are recorded as applied to `connection`.
base::Result<std::vector<db::MigrationFile>> recorded_files(
    db::Connection& connection, const std::vector<db::MigrationFile>& files) {
  TRY_ASSIGN(const auto records, db::load_records(connection));
  std::vector<db::MigrationFile> recorded;
  for (const db::MigrationFile& file : files) {
    const bool is_recorded = std::any_of(records.begin(), records.end(), [&](const auto& record) {
      return record.number == file.number;
    });
    if (is_recorded) recorded.push_back(file);
  }
  return recorded;
}

// How `connection` differs from an empty database to which the files that are recorded are applied.
base::Result<std::vector<std::string>> difference_from_files(
    db::Connection& connection, const std::vector<db::MigrationFile>& files) {
  TRY_ASSIGN(db::Connection made, db::Connection::open(":memory:", db::OpenMode::kCreate));
  TRY(db::apply_system_migrations(made));
  TRY_ASSIGN(const auto recorded, recorded_files(connection, files));
  TRY(server::apply_files(made, recorded, [](const db::AppliedMigration&) {}));
  TRY_ASSIGN(const SchemaParts would_be, load_schema_parts(made));
  TRY_ASSIGN(const SchemaParts is, load_schema_parts(connection));
  return difference(would_be, is);
}

}  // namespace

base::Result<int> accept_file(const config::Settings& settings, const std::string& name,
                              std::ostream& out) {
  TRY_ASSIGN(const auto files, server::schema_files(settings));
  TRY_ASSIGN(db::Connection connection, server::open_database_file(settings));
  TRY(server::upgrade_system_tables(settings, connection));
  TRY_ASSIGN(const db::AcceptedMigration accepted, db::accept_migration(connection, files, name));
  if (accepted.is_gone) {
    out << "forgotten " << accepted.name << "  what it did to the database stays\n";
    return 0;
  }
  out << "accepted  " << accepted.name << "  as it is now; nothing of it is run\n";
  if (accepted.recorded_sql.empty()) {
    out << "          what was applied is not kept, so that no difference can be shown\n";
    return 0;
  }
  for (const std::string& line : line_difference(accepted.recorded_sql, accepted.present_sql))
    out << "  " << line << '\n';
  return 0;
}

base::Result<int> make_baseline(const config::Settings& settings, const std::string& last,
                                std::ostream& out) {
  TRY_ASSIGN(const auto files, server::schema_files(settings));
  TRY_ASSIGN(db::Connection connection, server::open_database_file(settings));
  TRY(server::upgrade_system_tables(settings, connection));
  TRY_ASSIGN(const auto names, db::record_baseline(connection, files, last));
  for (const std::string& name : names) out << "recorded  " << name << "  without running it\n";
  if (names.empty()) {
    out << "nothing to record: no file is pending\n";
    return 0;
  }
  const auto differs = difference_from_files(connection, files);
  if (!differs) {
    out << "\nThe files cannot be applied to an empty database, so that nothing can be compared:\n "
           " "
        << differs.error().message << '\n';
    return 0;
  }
  if (differs->empty()) {
    out << "\nThe database is as its files make it.\n";
    return 0;
  }
  out << "\nThe database differs from what its files make (-: missing in it, +: only in it).\n"
         "What should be there belongs in a new file:\n";
  for (const std::string& line : *differs) out << "  " << line << '\n';
  return 0;
}

}  // namespace prodev::cli
