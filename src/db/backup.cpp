#include "db/backup.h"

#include <sqlite3.h>

#include <memory>

#include "db/errors.h"

namespace prodev::db {

namespace {

struct Finish {
  void operator()(sqlite3_backup* backup) const { ::sqlite3_backup_finish(backup); }
};
using Backup = std::unique_ptr<sqlite3_backup, Finish>;

base::Result<Backup> begin_backup(Connection& source, Connection& target) {
  Backup backup(::sqlite3_backup_init(target.handle(), "main", source.handle(), "main"));
  if (!backup) return fail_sqlite(target.handle(), "cannot copy the database");
  return backup;
}

base::Result<void> copy_all(Backup backup, Connection& target) {
  // All pages in one step: a write in between would make it begin anew.
  ::sqlite3_backup_step(backup.get(), -1);
  if (::sqlite3_backup_finish(backup.release()) == SQLITE_OK) return {};
  return fail_sqlite(target.handle(), "cannot copy the database");
}

}  // namespace

base::Result<void> copy_database(Connection& source, Connection& target) {
  // A database with a write-ahead log has its page size for ever; the copy takes the source's.
  TRY(target.execute("PRAGMA journal_mode = DELETE"));
  TRY_ASSIGN(Backup backup, begin_backup(source, target));
  return copy_all(std::move(backup), target);
}

base::Result<bool> replace_database(Connection& source, Connection& target,
                                    const std::function<base::Result<bool>()>& unchanged) {
  TRY_ASSIGN(Backup backup, begin_backup(source, target));
  // The first step, even one of no pages, takes the lock of writers and keeps it to the end.
  const int locked = ::sqlite3_backup_step(backup.get(), 0);
  if (locked != SQLITE_OK && locked != SQLITE_DONE) {
    backup.reset();
    return base::fail(code_of(locked), "the database is locked by another process: try again");
  }
  TRY_ASSIGN(const bool goes_on, unchanged());
  if (!goes_on) return false;
  TRY(copy_all(std::move(backup), target));
  return true;
}

}  // namespace prodev::db
