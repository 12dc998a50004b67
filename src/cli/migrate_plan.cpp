#include "cli/migrate_plan.h"

#include <algorithm>
#include <filesystem>
#include <iomanip>
#include <optional>
#include <ostream>

#include "cli/row_difference.h"
#include "cli/schema_difference.h"
#include "db/backup.h"
#include "db/migrations.h"
#include "db/system_schema.h"
#include "server/changed_files.h"
#include "server/database_file.h"
#include "server/scratch_folder.h"
#include "statements/net_renames.h"
#include "statements/rule_follower.h"

namespace prodev::cli {
namespace {

namespace fs = std::filesystem;
using statements::Alteration;

// A folder under data/tmp, as private as the data; where there is no data yet, a temporary one.
base::Result<server::ScratchFolder> make_folder(const config::Settings& settings) {
  std::error_code error;
  const std::string data = config::effective_data_dir(settings);
  const fs::path parent =
      fs::is_directory(data, error) ? fs::path(data) / "tmp" : fs::temp_directory_path(error);
  return server::ScratchFolder::make(parent.string(), "plan");
}

base::Result<db::Connection> open_scratch(const std::string& path) {
  TRY_ASSIGN(db::Connection scratch, db::Connection::open(path, db::OpenMode::kCreate));
  TRY(scratch.execute("PRAGMA synchronous = OFF"));
  return scratch;
}

base::Result<db::Connection> make_copy(db::Connection& source, const std::string& path) {
  TRY_ASSIGN(db::Connection copy, open_scratch(path));
  TRY(db::copy_database(source, copy));
  return copy;
}

// The copy that files are tried on.
base::Result<db::Connection> make_trial(const config::Settings& settings, bool has_source,
                                        const std::string& path) {
  if (!has_source) return open_scratch(path);
  TRY_ASSIGN(db::Connection source,
             db::Connection::open(config::effective_db_file(settings), db::OpenMode::kReadOnly));
  return make_copy(source, path);
}

struct PendingFile {
  const db::MigrationFile* file = nullptr;
  std::vector<Alteration> renames;
};

std::vector<PendingFile> pending_files(const std::vector<db::MigrationFile>& files,
                                       const std::vector<db::MigrationStatus>& statuses) {
  std::vector<PendingFile> pending;
  for (const db::MigrationFile& file : files) {
    if (db::is_pending(statuses, file))
      pending.push_back({&file, statements::net_renames(file.sql)});
  }
  return pending;
}

void print_rows(const std::vector<RowDifference>& tables, std::ostream& out) {
  for (const RowDifference& one : tables) {
    out << "          " << one.table << ':';
    const char* separator = " ";
    const auto print = [&](int64_t rows, const char* what) {
      if (rows == 0) return;
      out << separator << rows << (rows == 1 ? " row " : " rows ") << what;
      separator = ", ";
    };
    print(one.added, "added");
    print(one.removed, "removed");
    print(one.changed, "changed");
    out << '\n';
  }
}

void print_applied(const db::AppliedMigration& one, std::ostream& out) {
  out << "would run " << one.name << "  " << one.duration_us / 1'000 << '.' << std::setw(3)
      << std::setfill('0') << one.duration_us % 1'000 << " ms\n";
  for (const std::string& note : one.notes) out << "          " << note << '\n';
}

// Gives tables and columns of `before` the names that they have after a file, so that what stays is
// compared with what it was, and returns the renamings that could be done. One that could not (its
// new name was another's before) is told as the loss of one thing and the gain of another.
base::Result<std::vector<Alteration>> rename_alike(db::Connection& before,
                                                   std::vector<Alteration> renames) {
  std::vector<Alteration> done;
  const std::string name = "renames";
  for (size_t left = renames.size() + 1; left > renames.size();) {
    left = renames.size();
    for (auto one = renames.begin(); one != renames.end();) {
      const auto follower = statements::make_rule_follower();
      TRY(before.execute("BEGIN"));
      const auto ran = db::run_script(before, one->forth(), name, {}, follower.get());
      TRY(before.execute(ran ? "COMMIT" : "ROLLBACK"));
      if (ran) done.push_back(*one);
      one = ran ? renames.erase(one) : one + 1;
    }
  }
  return done;
}

void print_renames(const std::vector<Alteration>& renames, std::ostream& out) {
  for (const Alteration& one : renames) {
    const std::string column = one.is_of_column() ? "." + one.column : "";
    out << "          renames " << one.table << column << " to " << one.name << '\n';
  }
}

// Applies a file to `trial` and tells how long it took, what it renames and which rows it touched.
base::Result<void> try_file(db::Connection& trial, const PendingFile& pending,
                            const server::ScratchFolder& folder, std::ostream& out) {
  const std::string before = folder.path("before.db");
  std::error_code ignored;  // there is none before the first file
  fs::remove(before, ignored);
  TRY_ASSIGN(db::Connection copy, make_copy(trial, before));
  TRY_ASSIGN(const db::AppliedMigration applied, server::apply_file(trial, *pending.file));
  print_applied(applied, out);
  TRY_ASSIGN(const auto renames, rename_alike(copy, pending.renames));
  print_renames(renames, out);
  TRY_ASSIGN(const auto rows, row_differences(trial, before));
  print_rows(rows, out);
  out << std::flush;
  return {};
}

void print_difference(const std::vector<std::string>& lines, std::ostream& out) {
  out << (lines.empty() ? "\nThe schema stays as it is.\n" : "\nThe schema would change:\n");
  for (const std::string& line : lines) out << "  " << line << '\n';
}

}  // namespace

base::Result<int> plan_migrations(const config::Settings& settings, std::ostream& out) {
  TRY_ASSIGN(const auto files, db::load_migrations(config::effective_schema_dir(settings)));
  TRY_ASSIGN(const bool has_source, server::has_database(settings));
  TRY_ASSIGN(const server::ScratchFolder folder, make_folder(settings));
  TRY_ASSIGN(db::Connection trial, make_trial(settings, has_source, folder.path("copy.db")));
  TRY(db::apply_system_migrations(trial));
  TRY_ASSIGN(const auto statuses, db::migration_status(trial, files));
  TRY(server::check_files(settings, trial, statuses));
  const std::vector<PendingFile> pending = pending_files(files, statuses);
  if (pending.empty()) {
    out << "nothing to apply: " << files.size() << " files are applied already\n";
    return 0;
  }
  TRY(db::prepare_records(trial));
  TRY_ASSIGN(SchemaParts before, load_schema_parts(trial));
  // What there is now under the names that the files give, where they rename something.
  std::optional<db::Connection> present;
  if (std::any_of(pending.begin(), pending.end(),
                  [](const PendingFile& one) { return !one.renames.empty(); })) {
    TRY_ASSIGN(present, make_copy(trial, folder.path("present.db")));
  }
  for (const PendingFile& one : pending) {
    TRY(try_file(trial, one, folder, out));
    if (present) TRY(rename_alike(*present, one.renames));
  }
  if (present) {
    // A column of a view that is renamed with that of its table is another one to clients.
    auto view_columns = std::move(before.view_columns);
    TRY_ASSIGN(before, load_schema_parts(*present));
    before.view_columns = std::move(view_columns);
  }
  TRY_ASSIGN(const SchemaParts after, load_schema_parts(trial));
  print_difference(difference(before, after), out);
  return 0;
}

}  // namespace prodev::cli
