#include "db/backup.h"

#include <sqlite3.h>

#include "db/errors.h"

namespace prodev::db {

base::Result<void> copy_database(Connection& source, Connection& target) {
  sqlite3_backup* backup = ::sqlite3_backup_init(target.handle(), "main", source.handle(), "main");
  if (backup == nullptr) return fail_sqlite(target.handle(), "cannot copy the database");
  // All pages in one step: a write in between would make it begin anew.
  ::sqlite3_backup_step(backup, -1);
  if (::sqlite3_backup_finish(backup) == SQLITE_OK) return {};
  return fail_sqlite(target.handle(), "cannot copy the database");
}

}  // namespace prodev::db
