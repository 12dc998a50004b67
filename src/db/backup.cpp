#include "db/backup.h"

#include <SQLiteCpp/Backup.h>
#include <sqlite3.h>

#include "db/caught.h"

namespace prodev::db {

namespace {

constexpr const char* kWhat = "cannot copy the database";
constexpr int kAllPages = -1;

// Copies as many pages, and returns SQLite's code: done, or locked by another process.
base::Result<int> step(SQLite::Backup& backup, Connection& target, int pages) {
  return caught(kWhat, target.handle(), [&] { return backup.executeStep(pages); });
}

base::Result<std::unique_ptr<SQLite::Backup>> begin_backup(Connection& source, Connection& target) {
  return caught(kWhat, target.handle(), [&] {
    return std::make_unique<SQLite::Backup>(target.database(), source.database());
  });
}

base::Result<void> copy_all(SQLite::Backup& backup, Connection& target) {
  // All pages in one step: a write in between would make it begin anew.
  TRY_ASSIGN(const int code, step(backup, target, kAllPages));
  if (code == SQLITE_DONE) return {};
  return base::fail(code_of(code), std::string(kWhat) + ": " + ::sqlite3_errstr(code));
}

}  // namespace

base::Result<void> copy_database(Connection& source, Connection& target) {
  // A database with a write-ahead log has its page size for ever; the copy takes the source's.
  TRY(target.execute("PRAGMA journal_mode = DELETE"));
  TRY_ASSIGN(const auto backup, begin_backup(source, target));
  return copy_all(*backup, target);
}

base::Result<bool> replace_database(Connection& source, Connection& target,
                                    const std::function<base::Result<bool>()>& unchanged) {
  TRY_ASSIGN(const auto backup, begin_backup(source, target));
  // The first step, even one of no pages, takes the lock of writers and keeps it to the end.
  TRY_ASSIGN(const int locked, step(*backup, target, 0));
  if (locked != SQLITE_OK && locked != SQLITE_DONE)
    return base::fail(code_of(locked), "the database is locked by another process: try again");
  TRY_ASSIGN(const bool goes_on, unchanged());
  if (!goes_on) return false;
  TRY(copy_all(*backup, target));
  return true;
}

}  // namespace prodev::db
