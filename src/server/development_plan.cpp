#include "server/development_plan.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <set>

#include "db/small_queries.h"
#include "server/changed_files.h"

namespace prodev::server {

namespace {

using db::MigrationState;

bool has_statement(const std::vector<db::MigrationFile>& files, int64_t number) {
  const auto file = std::find_if(files.begin(), files.end(),
                                 [&](const auto& one) { return one.number == number; });
  return file != files.end() && file->has_statement;
}

int64_t newest(const std::vector<db::MigrationRecord>& records) {
  int64_t number = 0;
  for (const db::MigrationRecord& record : records)
    if (record.number != db::kSeedNumber) number = std::max(number, record.number);
  return number;
}

// The numbers of the files that are to be done again, whatever was applied after them.
base::Result<std::set<int64_t>> find_again(const std::vector<db::MigrationFile>& files,
                                           const std::vector<db::MigrationRecord>& records,
                                           const std::vector<db::MigrationStatus>& statuses,
                                           bool redo, DevelopmentPlan& plan) {
  std::set<int64_t> again;
  int64_t pending = std::numeric_limits<int64_t>::max();  // the first one
  for (const db::MigrationStatus& status : statuses) {
    if (status.state == MigrationState::kChanged && !has_statement(files, status.number)) {
      plan.waits_for = status.name;
      return again;
    }
    // A file that is gone is more often being moved than given up.
    if (status.state == MigrationState::kMissing && !redo) {
      const base::Error gone = db::check_applicable({status}).error();
      return base::fail(gone.code, gone.message + ". While developing: prodev migrate redo");
    }
    if (status.state == MigrationState::kPending) {
      plan.has_pending = true;
      pending = std::min(pending, status.number);
    } else if (status.state != MigrationState::kApplied &&
               status.state != MigrationState::kWaiting) {
      again.insert(status.number);
    }
  }
  if (redo) again.insert(newest(records));
  // A new file comes before those of higher numbers, but runs on the rows of the seed.
  for (const db::MigrationRecord& record : records)
    if (record.number > pending && record.number != db::kSeedNumber) again.insert(record.number);
  return again;
}

// Of `records`, in the order in which they were applied, the first one of `again`, and all after
// it. Returns the one that cannot be undone; null: all can.
const db::MigrationRecord* find_undone(const KeptCopies& copies,
                                       const std::vector<db::MigrationRecord>& records,
                                       const std::set<int64_t>& again, DevelopmentPlan& plan) {
  for (size_t i = 0; i < records.size(); ++i) {
    if (plan.undone.empty() && !again.contains(records[i].number)) continue;
    const bool is_seed = records[i].number == db::kSeedNumber;
    // The seed is done again after all files, which needs no copies of those that came after it.
    if (plan.has_seed || copies.fit(records, i)) {
      plan.undone.push_back(records[i]);
      plan.has_seed = plan.has_seed || is_seed;
    } else if (is_seed && plan.undone.empty()) {
      plan.leaves_seed = true;
    } else {
      return &records[i];
    }
  }
  return nullptr;
}

tl::unexpected<base::Error> cannot_undo(const config::Settings& settings,
                                        const db::MigrationRecord& record,
                                        const std::vector<db::MigrationStatus>& statuses) {
  const std::string limits = "no copy of the database from before " + record.name +
                             " is kept (--dev keeps them for the newest " +
                             std::to_string(KeptCopies::kFiles) + " files, of a database up to " +
                             std::to_string(KeptCopies::kDatabaseBytes >> 20) +
                             " MiB), so that it cannot be done again" + way_to_start_anew(settings);
  if (const auto applicable = db::check_applicable(statuses); !applicable)
    return base::fail(base::Code::kConflict, applicable.error().message + "; but " + limits);
  return base::fail(base::Code::kConflict, limits);
}

}  // namespace

base::Result<DevelopmentPlan> make_plan(const config::Settings& settings,
                                        db::Connection& connection, const KeptCopies& copies,
                                        const std::vector<db::MigrationFile>& files, bool redo) {
  DevelopmentPlan plan;
  TRY_ASSIGN(std::vector<db::MigrationRecord> loaded, db::load_records(connection));
  const std::vector<db::MigrationRecord> records = copies.as_applied(std::move(loaded));
  TRY_ASSIGN(const auto statuses, db::migration_status(connection, files));
  TRY_ASSIGN(const auto again, find_again(files, records, statuses, redo, plan));
  if (!plan.waits_for.empty()) return plan;
  if (const auto* stuck = find_undone(copies, records, again, plan))
    return cannot_undo(settings, *stuck, statuses);
  if (redo && plan.undone.empty())
    return base::fail(base::Code::kConflict, "no file is applied, so there is none to do again");
  TRY_ASSIGN(const int64_t bytes, db::load_number(connection,
                                                  "SELECT page_count * page_size FROM"
                                                  " pragma_page_count, pragma_page_size"));
  plan.is_too_large = bytes > KeptCopies::kDatabaseBytes;
  return plan;
}

}  // namespace prodev::server
