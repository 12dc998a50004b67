#include "server/development.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <optional>
#include <ostream>

#include "db/backup.h"
#include "db/interruption.h"
#include "db/row_carry.h"
#include "db/small_queries.h"
#include "db/system_schema.h"
#include "db/transaction.h"
#include "server/carry_notes.h"
#include "server/changed_files.h"
#include "server/database_file.h"
#include "server/development_plan.h"
#include "server/kept_copies.h"
#include "server/private_files.h"
#include "server/scratch_folder.h"

namespace prodev::server {

namespace {

namespace fs = std::filesystem;

class Development {
 public:
  Development(const config::Settings& settings, db::Connection& connection,
              std::vector<db::MigrationFile> files, bool redo, const std::atomic<bool>* stopping)
      : settings_(settings),
        connection_(connection),
        all_files_(std::move(files)),
        redo_(redo),
        stopping_(stopping),
        copies_(settings) {}

  base::Result<void> run(const DevelopmentReport& report) {
    constexpr int kTries = 8;
    for (int i = 0; i < kTries; ++i) {
      files_ = all_files_;
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
    TRY_ASSIGN(const int64_t version, db::load_number(others, "PRAGMA data_version"));
    TRY_ASSIGN(const DevelopmentPlan plan,
               make_plan(settings_, connection_, copies_, files_, redo_));
    if (!plan.waits_for.empty()) {
      notes_.push_back(plan.waits_for + " holds no statement: what it did stays until it does");
      return true;
    }
    if (plan.leaves_seed) leave_seed();
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

  void leave_seed() {
    std::erase_if(files_, [](const auto& file) { return file.number == db::kSeedNumber; });
    notes_.push_back(std::string(db::kSeedName) +
                     " has changed, and what it did stays as it is: no copy of the database from "
                     "before it is kept");
  }

  base::Result<bool> renew_digests() {
    TRY(db::renew_digests(connection_, files_));
    return true;
  }

  base::Result<bool> apply_in_place(const DevelopmentPlan& plan, const DevelopmentReport& report) {
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
    TRY_ASSIGN(db::Connection copy, open_copy(path));
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

  base::Result<void> make_anew(const DevelopmentPlan& plan, const ScratchFolder& work) {
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
      const auto notes = carry_notes(one, record.name, copies_.folder() + "/replaced.db");
      notes_.insert(notes_.end(), notes.begin(), notes.end());
    }
    return {};
  }

  base::Result<bool> replace(const ScratchFolder& work, db::Connection& others, int64_t version) {
    TRY_ASSIGN(db::Connection anew, open_anew(work));
    return db::replace_database(anew, connection_, [&]() -> base::Result<bool> {
      TRY_ASSIGN(const int64_t now, db::load_number(others, "PRAGMA data_version"));
      return now == version;
    });
  }

  base::Result<bool> keep(const DevelopmentPlan& plan, const ScratchFolder& work) {
    if (!plan.undone.empty()) {
      std::error_code ignored;  // it is a service, not a promise
      fs::rename(work.path("now.db"), copies_.folder() + "/replaced.db", ignored);
    }
    TRY(copies_.take(work.path(), plan.undone));
    return true;
  }

  const config::Settings& settings_;
  db::Connection& connection_;
  const std::vector<db::MigrationFile> all_files_;
  const bool redo_;
  const std::atomic<bool>* stopping_;
  const KeptCopies copies_;
  // Of one try.
  std::vector<db::MigrationFile> files_;
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
