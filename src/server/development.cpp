#include "server/development.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <optional>
#include <ostream>
#include <set>

#include "db/backup.h"
#include "db/interruption.h"
#include "db/row_carry.h"
#include "db/system_schema.h"
#include "db/transaction.h"
#include "server/changed_files.h"
#include "server/database_file.h"
#include "server/kept_copies.h"
#include "server/private_files.h"
#include "server/scratch_folder.h"

namespace prodev::server {

namespace {

namespace fs = std::filesystem;

base::Result<int64_t> number(db::Connection& connection, std::string_view sql) {
  TRY_ASSIGN(db::Statement rows, connection.prepare(sql));
  TRY(rows.step());
  return rows.column_int(0);
}

// What is to be undone and done.
struct Plan {
  std::vector<db::MigrationRecord> undone;  // as they were applied
  bool has_seed = false;                    // among these
  bool has_pending = false;
  bool is_too_large = false;
  std::string waits_for;  // a file that is empty at the moment; nothing is done before it is not
};

class Development {
 public:
  Development(const config::Settings& settings, db::Connection& connection,
              std::vector<db::MigrationFile> files, bool redo, const std::atomic<bool>* stopping)
      : settings_(settings),
        connection_(connection),
        files_(std::move(files)),
        redo_(redo),
        stopping_(stopping),
        copies_(settings) {}

  base::Result<void> run(const DevelopmentReport& report) {
    constexpr int kTries = 8;
    for (int i = 0; i < kTries; ++i) {
      applied_.clear();
      notes_.clear();
      // The first time beside those who write; then they wait, or this might never end.
      TRY_ASSIGN(const bool done, try_once(report, i > 0));
      if (!done) continue;
      for (const std::string& note : notes_) report.note(note);
      for (const db::AppliedMigration& one : applied_) report.applied(one);
      return {};
    }
    return base::fail(base::Code::kBusy,
                      "the schema was not changed: the database is written to all the time");
  }

 private:
  // False: somebody wrote meanwhile.
  base::Result<bool> try_once(const DevelopmentReport& report, bool holds_writers) {
    TRY(prepare_database(settings_, connection_));
    TRY_ASSIGN(db::Connection holder, open_database_file(settings_));
    std::optional<db::Transaction> held;
    if (holds_writers) {
      TRY_ASSIGN(held, db::Transaction::begin(holder));
    }
    TRY_ASSIGN(db::Connection others,
               db::Connection::open(config::effective_db_file(settings_), db::OpenMode::kReadOnly));
    TRY_ASSIGN(const int64_t version, number(others, "PRAGMA data_version"));
    TRY_ASSIGN(const Plan plan, make_plan());
    if (!plan.waits_for.empty()) {
      notes_.push_back(plan.waits_for + " holds no statement: what it did stays until it does");
      return true;
    }
    const bool is_done = plan.undone.empty() && !plan.has_pending;
    if (is_done || plan.is_too_large) {
      held.reset();
      return is_done ? renew_digests() : apply_in_place(plan, report);
    }
    TRY_ASSIGN(const ScratchFolder work, ScratchFolder::make(copies_.folder(), "work"));
    TRY(copy_present(work.path("now.db")));
    TRY(make_anew(plan, work));
    // From here until the copy has taken the lock somebody may be faster, which is noticed.
    held.reset();
    TRY_ASSIGN(const bool replaced, replace(work, others, version));
    if (!replaced) return false;
    return keep(plan, work);
  }

  base::Result<bool> renew_digests() {
    TRY(db::renew_digests(connection_, files_));
    return true;
  }

  base::Result<Plan> make_plan() {
    Plan plan;
    TRY_ASSIGN(std::vector<db::MigrationRecord> loaded, db::load_records(connection_));
    const std::vector<db::MigrationRecord> records = copies_.as_applied(std::move(loaded));
    TRY_ASSIGN(const std::vector<db::MigrationStatus> statuses,
               db::migration_status(connection_, files_));
    std::set<int64_t> again;
    int64_t pending = std::numeric_limits<int64_t>::max();  // the first one
    for (const db::MigrationStatus& status : statuses) {
      if (status.state == db::MigrationState::kChanged && !has_statement(status.number)) {
        plan.waits_for = status.name;
        return plan;
      }
      // A file that is gone is more often being moved than given up.
      if (status.state == db::MigrationState::kMissing && !redo_)
        TRY(db::check_applicable({status}));
      if (status.state == db::MigrationState::kPending) {
        plan.has_pending = true;
        pending = std::min(pending, status.number);
      } else if (status.state != db::MigrationState::kApplied &&
                 status.state != db::MigrationState::kWaiting) {
        again.insert(status.number);
      }
    }
    if (redo_) again.insert(newest(records));
    // A new file comes before those of higher numbers, but runs on the rows of the seed.
    for (const db::MigrationRecord& record : records)
      if (record.number > pending && record.number != db::kSeedNumber) again.insert(record.number);
    TRY(find_undone(records, again, statuses, plan));
    TRY_ASSIGN(const int64_t bytes, number(connection_,
                                           "SELECT page_count * page_size FROM pragma_page_count,"
                                           " pragma_page_size"));
    plan.is_too_large = bytes > KeptCopies::kDatabaseBytes;
    return plan;
  }

  // `records` in the order in which they were applied: the first one of `again`, and all after it.
  base::Result<void> find_undone(const std::vector<db::MigrationRecord>& records,
                                 const std::set<int64_t>& again,
                                 const std::vector<db::MigrationStatus>& statuses, Plan& plan) {
    for (size_t i = 0; i < records.size(); ++i) {
      if (plan.undone.empty() && !again.contains(records[i].number)) continue;
      // From the seed on no copies of later files are needed: end_with_seed().
      if (plan.has_seed || copies_.fit(records, i)) {
        plan.undone.push_back(records[i]);
        plan.has_seed = plan.has_seed || records[i].number == db::kSeedNumber;
        continue;
      }
      if (records[i].number == db::kSeedNumber && plan.undone.empty()) {
        leave_seed();
        continue;
      }
      return cannot_undo(records[i], statuses);
    }
    if (redo_ && plan.undone.empty())
      return base::fail(base::Code::kConflict, "no file is applied, so there is none to do again");
    return {};
  }

  void leave_seed() {
    std::erase_if(files_, [](const auto& file) { return file.number == db::kSeedNumber; });
    notes_.push_back(std::string(db::kSeedName) +
                     " has changed, and what it did stays as it is: no copy of the database from "
                     "before it is kept");
  }

  base::Result<void> cannot_undo(const db::MigrationRecord& record,
                                 const std::vector<db::MigrationStatus>& statuses) const {
    const std::string limits =
        "no copy of the database from before " + record.name +
        " is kept (--dev keeps them for the newest " + std::to_string(KeptCopies::kFiles) +
        " files, of a database up to " + std::to_string(KeptCopies::kDatabaseBytes >> 20) +
        " MiB), so that it cannot be done again" + way_to_start_anew(settings_);
    if (const auto applicable = db::check_applicable(statuses); !applicable)
      return base::fail(base::Code::kConflict, applicable.error().message + "; but " + limits);
    return base::fail(base::Code::kConflict, limits);
  }

  static int64_t newest(const std::vector<db::MigrationRecord>& records) {
    int64_t number = 0;
    for (const db::MigrationRecord& record : records)
      if (record.number != db::kSeedNumber) number = std::max(number, record.number);
    return number;
  }

  bool has_statement(int64_t file_number) const {
    const auto file = std::find_if(files_.begin(), files_.end(),
                                   [&](const auto& one) { return one.number == file_number; });
    return file != files_.end() && file->has_statement;
  }

  base::Result<bool> apply_in_place(const Plan& plan, const DevelopmentReport& report) {
    const std::string large =
        "the database is larger than " + std::to_string(KeptCopies::kDatabaseBytes >> 20) + " MiB";
    if (!plan.undone.empty()) {
      return base::fail(base::Code::kConflict,
                        large + ": no file is undone in it; write the change into a new file");
    }
    report.note(large +
                ": no copy is kept, so that the files that are applied now cannot be "
                "edited any more");
    const db::Interruption interruption(connection_, stopping_);
    TRY(apply_schema(settings_, connection_, files_, report.applied));
    return true;
  }

  base::Result<void> copy_present(const std::string& path) {
    TRY(make_private_database(path));
    TRY_ASSIGN(db::Connection copy, db::Connection::open(path, db::OpenMode::kReadWrite));
    TRY(copy.execute("PRAGMA synchronous = OFF"));
    return db::copy_database(connection_, copy);
  }

  // Closing it writes its log into the file.
  static base::Result<db::Connection> open_copy(const std::string& path) {
    TRY_ASSIGN(db::Connection copy, db::Connection::open(path, db::OpenMode::kReadWrite));
    TRY(copy.execute("PRAGMA synchronous = OFF"));
    return copy;
  }

  // The copy in which everything is done.
  static base::Result<db::Connection> open_anew(const ScratchFolder& work) {
    return open_copy(work.path("anew.db"));
  }

  // It may be one that an earlier prodev has kept.
  base::Result<void> prepare_copy(const std::string& path) {
    TRY_ASSIGN(db::Connection copy, open_copy(path));
    TRY(db::apply_system_migrations(copy));
    TRY(db::prepare_records(copy));
    return db::renew_digests(copy, files_);
  }

  base::Result<void> make_anew(const Plan& plan, const ScratchFolder& work) {
    TRY(clone_file(
        plan.undone.empty() ? work.path("now.db") : copies_.before(plan.undone[0].number),
        work.path("anew.db")));
    TRY(prepare_copy(work.path("anew.db")));
    for (const db::MigrationRecord& record : plan.undone)
      notes_.push_back("undone    " + record.name);
    size_t next = 0;
    for (size_t i = 0; i < plan.undone.size(); ++i) {
      const db::MigrationRecord& record = plan.undone[i];
      if (record.number == db::kSeedNumber) return end_with_seed(work, record, next);
      TRY(run_files(work, next, record.number));
      const bool is_last = i + 1 == plan.undone.size();
      TRY(carry(work, record, copies_.after(record.number),
                is_last ? work.path("now.db") : copies_.before(plan.undone[i + 1].number)));
    }
    return run_files(work, next, std::numeric_limits<int64_t>::max());
  }

  // The seed is done again after all files, also those that ran on its rows and on what was written
  // since. What these made of the rows is kept: where they run on the seed's former outcome and on
  // the present too, the states after them are compared.
  base::Result<void> end_with_seed(const ScratchFolder& work, const db::MigrationRecord& record,
                                   size_t& next) {
    std::string was = copies_.after(record.number);
    std::string is = work.path("now.db");
    TRY(clone_file(was, work.path("was.db")));
    TRY(clone_file(is, work.path("is.db")));
    if (run_others(work.path("was.db")) && run_others(work.path("is.db"))) {
      was = work.path("was.db");
      is = work.path("is.db");
    }
    TRY(run_files(work, next, std::numeric_limits<int64_t>::max()));
    return carry(work, record, was, is);
  }

  // Applies the files that are pending in the copy `path`, but for the seed.
  base::Result<void> run_others(const std::string& path) {
    TRY(prepare_copy(path));
    for (const db::MigrationFile& file : files_) {
      if (file.number == db::kSeedNumber) continue;
      TRY_ASSIGN(const bool pending, is_pending(path, file));
      if (!pending) continue;
      TRY_ASSIGN(db::Connection copy, open_copy(path));
      const db::Interruption interruption(copy, stopping_);
      TRY(apply_file(copy, file));
    }
    return {};
  }

  // Those from files_[next] on whose number is up to `last`.
  base::Result<void> run_files(const ScratchFolder& work, size_t& next, int64_t last) {
    for (; next < files_.size() && files_[next].number <= last; ++next) {
      const db::MigrationFile& file = files_[next];
      TRY_ASSIGN(const bool pending, is_pending(work.path("anew.db"), file));
      if (pending) TRY(run_file(work, file, files_.size() - next <= KeptCopies::kFiles));
    }
    return {};
  }

  static base::Result<bool> is_pending(const std::string& path, const db::MigrationFile& file) {
    if (!file.has_statement) return false;
    TRY_ASSIGN(db::Connection copy, open_copy(path));
    TRY_ASSIGN(const auto records, db::load_records(copy));
    return std::none_of(records.begin(), records.end(),
                        [&](const auto& record) { return record.number == file.number; });
  }

  base::Result<void> run_file(const ScratchFolder& work, const db::MigrationFile& file,
                              bool keeps_copies) {
    const std::string anew = work.path("anew.db");
    if (keeps_copies) TRY(clone_file(anew, work.path(KeptCopies::before_name(file.number))));
    {
      TRY_ASSIGN(db::Connection connection, open_anew(work));
      const db::Interruption interruption(connection, stopping_);
      TRY_ASSIGN(db::AppliedMigration applied, apply_file(connection, file));
      applied_.push_back(std::move(applied));
    }
    if (keeps_copies) TRY(clone_file(anew, work.path(KeptCopies::after_name(file.number))));
    return {};
  }

  // Merges what was written since `record` was applied, from `was` until `is`, into the copy.
  base::Result<void> carry(const ScratchFolder& work, const db::MigrationRecord& record,
                           const std::string& was, const std::string& is) {
    TRY_ASSIGN(db::Connection anew, open_anew(work));
    const db::Interruption interruption(anew, stopping_);
    TRY_ASSIGN(const auto tables, db::carry_rows(anew, was, is));
    for (const db::CarriedRows& one : tables) {
      const std::string rows = " rows of " + one.table + " written since " + record.name;
      if (one.kept > 0) notes_.push_back("kept      " + std::to_string(one.kept) + rows);
      if (one.lost > 0) {
        notes_.push_back("not kept  " + std::to_string(one.lost) + rows + " (" + one.why +
                         "): they are in " + copies_.folder() + "/replaced.db");
      }
    }
    return {};
  }

  base::Result<bool> replace(const ScratchFolder& work, db::Connection& others, int64_t version) {
    TRY_ASSIGN(db::Connection anew, open_anew(work));
    return db::replace_database(anew, connection_, [&]() -> base::Result<bool> {
      TRY_ASSIGN(const int64_t now, number(others, "PRAGMA data_version"));
      return now == version;
    });
  }

  base::Result<bool> keep(const Plan& plan, const ScratchFolder& work) {
    if (!plan.undone.empty()) {
      std::error_code ignored;  // it is a service, not a promise
      fs::rename(work.path("now.db"), copies_.folder() + "/replaced.db", ignored);
    }
    TRY(copies_.take(work.path(), plan.undone));
    return true;
  }

  const config::Settings& settings_;
  db::Connection& connection_;
  std::vector<db::MigrationFile> files_;
  const bool redo_;
  const std::atomic<bool>* stopping_;
  const KeptCopies copies_;
  std::vector<db::AppliedMigration> applied_;
  std::vector<std::string> notes_;
};

}  // namespace

DevelopmentReport report_to(std::ostream& out) {
  return {[&](const db::AppliedMigration& one) {
            out << "applied   " << one.name << "  " << one.duration_us / 1'000 << " ms\n";
            for (const std::string& note : one.notes) out << "          " << note << '\n';
          },
          [&](const std::string& note) { out << note << '\n'; }};
}

base::Result<void> develop_schema(const config::Settings& settings, db::Connection& connection,
                                  std::vector<db::MigrationFile> files,
                                  const DevelopmentReport& report, bool redo,
                                  const std::atomic<bool>* stopping) {
  return Development(settings, connection, std::move(files), redo, stopping).run(report);
}

}  // namespace prodev::server
