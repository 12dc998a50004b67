#include "db/migrations.h"

#include <algorithm>

#include "base/clock.h"
#include "db/file_end.h"
#include "db/file_statements.h"
#include "db/file_transaction.h"
#include "db/schema_number.h"

namespace prodev::db {

namespace {

// What of SQLite's a file may not hold is refused before `hook` or SQLite sees it.
StatementHook with_file_rules(const StatementHook& hook) {
  return [&hook](Connection& connection, std::string_view statement,
                 std::string_view comment) -> StatementResult<bool> {
    TRY_ASSIGN(const bool done, judge_file_statement(statement));
    if (done) return true;
    return hook ? hook(connection, statement, comment) : StatementResult<bool>(false);
  };
}

// `end`: what is broken before the file; and then, after it.
base::Result<int64_t> run_file(Connection& connection, const MigrationFile& file,
                               const StatementHook& hook, ScriptObserver* observer, FileEnd& end) {
  const int64_t started_ns = base::monotonic_ns();
  TRY_ASSIGN(FileTransaction transaction, FileTransaction::begin(connection));
  TRY(run_script(connection, file.sql, file.path, with_file_rules(hook), observer));
  TRY(end.check(connection, file));
  const int64_t duration_us = (base::monotonic_ns() - started_ns) / 1'000;
  TRY(record_migration(connection, file, duration_us));
  TRY(raise_schema_number(connection));
  TRY(transaction.commit());
  return duration_us;
}

base::Result<AppliedMigration> apply_one(Connection& connection, const MigrationFile& file,
                                         const StatementHook& hook, ScriptObserver* observer,
                                         FileEnd& end) {
  const base::Result<int64_t> duration_us = run_file(connection, file, hook, observer, end);
  if (duration_us) {
    AppliedMigration applied{file.name, *duration_us, end.notes()};
    if (observer == nullptr) return applied;
    for (std::string& note : observer->notes()) applied.notes.push_back(std::move(note));
    return applied;
  }
  base::Error error = duration_us.error();
  // One that is not about a spot of the file names it all the same.
  if (!error.message.starts_with(file.path)) error.message = file.path + ": " + error.message;
  return tl::make_unexpected(std::move(error));
}

}  // namespace

base::Result<void> check_applicable(const std::vector<MigrationStatus>& statuses) {
  const MigrationStatus* pending = nullptr;
  for (const MigrationStatus& status : statuses) {
    if (status.state == MigrationState::kChanged) {
      return base::fail(base::Code::kConflict,
                        status.name + " was applied at " + status.applied_at +
                            " and its statements have changed since: put them back, and write the "
                            "change into a new file (prodev migrate new NAME). If the database has "
                            "the change already: prodev migrate accept " +
                            status.name);
    }
    if (status.state == MigrationState::kMissing) {
      return base::fail(base::Code::kConflict,
                        status.name + " was applied at " + status.applied_at +
                            " and its file is gone: put it back, or keep what it did without it: "
                            "prodev migrate accept " +
                            status.name);
    }
    if (status.state == MigrationState::kPending) {
      pending = &status;
    } else if (pending != nullptr && status.state == MigrationState::kApplied &&
               status.number != kSeedNumber) {
      return base::fail(base::Code::kConflict,
                        pending->name + " comes before " + status.name +
                            ", which is applied already: give it a higher number");
    }
  }
  return {};
}

bool is_pending(const std::vector<MigrationStatus>& statuses, const MigrationFile& file) {
  for (const MigrationStatus& status : statuses) {
    if (status.number == file.number) return status.state == MigrationState::kPending;
  }
  return false;
}

base::Result<AppliedMigration> apply_migration(Connection& connection, const MigrationFile& file,
                                               const StatementHook& hook,
                                               ScriptObserver* observer) {
  TRY_ASSIGN(FileEnd end, FileEnd::before_files(connection));
  return apply_one(connection, file, hook, observer, end);
}

base::Result<void> apply_migrations(Connection& connection, const std::vector<MigrationFile>& files,
                                    const std::function<void(const AppliedMigration&)>& report,
                                    const StatementHook& hook, ScriptObserver* observer) {
  TRY_ASSIGN(const std::vector<MigrationStatus> statuses, migration_status(connection, files));
  TRY(check_applicable(statuses));
  TRY(prepare_records(connection));
  TRY(renew_digests(connection, files));
  const bool any = std::any_of(files.begin(), files.end(), [&](const MigrationFile& file) {
    return is_pending(statuses, file);
  });
  if (!any) return {};
  TRY_ASSIGN(FileEnd end, FileEnd::before_files(connection));
  for (const MigrationFile& file : files) {
    if (!is_pending(statuses, file)) continue;
    TRY_ASSIGN(const AppliedMigration applied, apply_one(connection, file, hook, observer, end));
    report(applied);
  }
  return {};
}

}  // namespace prodev::db
