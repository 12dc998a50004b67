#include <iomanip>
#include <ostream>

#include "catalog/catalog.h"
#include "cli/commands.h"
#include "cli/migrate_plan.h"
#include "cli/migrate_repair.h"
#include "db/migrations.h"
#include "server/database_file.h"
#include "server/development.h"

namespace prodev::cli {
namespace {

// Files that a statement is still to be written into; how many.
size_t tell_waiting(const std::vector<db::MigrationFile>& files, std::ostream& out) {
  size_t waiting = 0;
  for (const db::MigrationFile& file : files) {
    if (file.has_statement) continue;
    out << "waits     " << file.name << "  until it holds a statement\n";
    ++waiting;
  }
  return waiting;
}

// What the next start would tell, such as a foreign key to a table that is not there.
base::Result<void> tell_problems(db::Connection& connection, std::ostream& out) {
  TRY_ASSIGN(const auto catalog, catalog::Catalog::load(connection));
  for (const std::string& problem : catalog->problems()) out << "warning   " << problem << '\n';
  return {};
}

// For development: copies are kept, and what has changed is done again; `redo`: the newest file is
// in any case.
base::Result<int> develop(const config::Settings& settings, bool redo, std::ostream& out) {
  TRY_ASSIGN(const auto files, server::files_to_apply(settings));
  TRY_ASSIGN(db::Connection connection, server::open_database_file(settings));
  size_t applied = 0;
  server::DevelopmentReport report = server::report_to(out);
  const auto print = report.applied;
  report.applied = [&](const db::AppliedMigration& one) {
    print(one);
    ++applied;
  };
  TRY(server::develop_schema(settings, connection, files, report, redo, nullptr));
  if (applied > 0) TRY(tell_problems(connection, out));
  const size_t waiting = tell_waiting(files, out);
  if (applied == 0 && !redo)
    out << "nothing to apply: " << files.size() - waiting << " files are applied already\n";
  return 0;
}

base::Result<int> apply_pending(const config::Settings& settings, std::ostream& out) {
  TRY_ASSIGN(const auto files, db::load_migrations(config::effective_schema_dir(settings)));
  TRY_ASSIGN(db::Connection connection, server::open_database_file(settings));
  size_t applied = 0;
  TRY(server::apply_schema(settings, connection, files, [&](const db::AppliedMigration& one) {
    server::report_to(out).applied(one);
    out << std::flush;
    ++applied;
  }));
  if (applied > 0) TRY(tell_problems(connection, out));
  const size_t waiting = tell_waiting(files, out);
  if (applied == 0)
    out << "nothing to apply: " << files.size() - waiting << " files are applied already\n";
  return 0;
}

const char* word_for(db::MigrationState state) {
  switch (state) {
    case db::MigrationState::kApplied:
      return "applied";
    case db::MigrationState::kPending:
      return "pending";
    case db::MigrationState::kWaiting:
      return "waits";
    case db::MigrationState::kChanged:
      return "changed";
    case db::MigrationState::kMissing:
      break;
  }
  return "missing";
}

// The database for reading; an empty one where there is none yet.
base::Result<db::Connection> open_present(const config::Settings& settings) {
  TRY_ASSIGN(const bool is_there, server::has_database(settings));
  if (!is_there) return db::Connection::open(":memory:", db::OpenMode::kCreate);
  return db::Connection::open(config::effective_db_file(settings), db::OpenMode::kReadOnly);
}

// 1 when a file that has been applied is not what it was.
base::Result<int> tell_status(const config::Settings& settings, std::ostream& out) {
  TRY_ASSIGN(const auto files, db::load_migrations(config::effective_schema_dir(settings)));
  TRY_ASSIGN(db::Connection connection, open_present(settings));
  TRY_ASSIGN(const auto statuses, db::migration_status(connection, files));
  int code = 0;
  for (const db::MigrationStatus& status : statuses) {
    out << std::left << std::setw(10) << word_for(status.state) << std::setw(22)
        << status.applied_at << status.name << '\n';
    const bool broken = status.state == db::MigrationState::kChanged ||
                        status.state == db::MigrationState::kMissing;
    if (broken) code = 1;
  }
  return code;
}

}  // namespace

base::Result<int> run_migrate(const CommandLine& line, const Context& context) {
  TRY_ASSIGN(config::Settings settings, load_project(line, context));
  const std::string action = line.words.empty() ? "up" : line.words[0];
  if (action == "up" && line.words.size() <= 1 && settings.dev)
    return develop(settings, false, context.out);
  if (action == "redo" && line.words.size() == 1) {
    settings.dev = true;
    return develop(settings, true, context.out);
  }
  if (action == "up" && line.words.size() <= 1) return apply_pending(settings, context.out);
  if (action == "status" && line.words.size() == 1) return tell_status(settings, context.out);
  if (action == "plan" && line.words.size() == 1) return plan_migrations(settings, context.out);
  if (action == "accept" && line.words.size() == 2)
    return accept_file(settings, line.words[1], context.out);
  if (action == "baseline" && line.words.size() <= 2)
    return make_baseline(settings, line.words.size() == 2 ? line.words[1] : "", context.out);
  if (action == "new" && line.words.size() == 2) {
    TRY_ASSIGN(const std::string path,
               db::create_migration(config::effective_schema_dir(settings), line.words[1]));
    context.out << "made      " << path << '\n';
    return 0;
  }
  return base::fail(base::Code::kUsage,
                    "prodev migrate takes up, plan, status, new NAME, redo, accept FILE, or "
                    "baseline [FILE]: prodev migrate --help");
}

}  // namespace prodev::cli
