#include "db/errors.h"

#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

#include <cerrno>
#include <cstring>

#include "db/memory.h"

namespace prodev::db {

base::Code code_of(int sqlite_code) {
  switch (sqlite_code & 0xff) {
    case SQLITE_CONSTRAINT:
      return base::Code::kConflict;
    case SQLITE_ERROR:
    case SQLITE_MISMATCH:
    case SQLITE_RANGE:
    case SQLITE_AUTH:
      return base::Code::kBadInput;
    case SQLITE_TOOBIG:
      return base::Code::kTooLarge;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return base::Code::kBusy;
    case SQLITE_INTERRUPT:
      return base::Code::kTimeout;
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_PROTOCOL:
      return base::Code::kUnavailable;
    case SQLITE_NOMEM:  // memory is refused to those whose time is over, too
      return memory_timed_out() ? base::Code::kTimeout : base::Code::kUnavailable;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return base::Code::kCorrupt;
    default:
      return base::Code::kInternal;
  }
}

namespace {

// `cause`: the system's error.
tl::unexpected<base::Error> fail_with(int code, std::string message, int cause) {
  // "disk I/O error" is also what a full disk comes to where SQLite maps a file into memory.
  if (((code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN) && cause != 0)
    message += std::string(" (") + ::strerrordesc_np(cause) + ")";
  return base::fail(code_of(code), std::move(message));
}

}  // namespace

tl::unexpected<base::Error> fail_sqlite(sqlite3* connection, const std::string& what) {
  return fail_with(::sqlite3_extended_errcode(connection),
                   what + ": " + ::sqlite3_errmsg(connection), ::sqlite3_system_errno(connection));
}

tl::unexpected<base::Error> fail_sqlite(const SQLite::Exception& thrown, sqlite3* connection,
                                        const std::string& what) {
  // SQLite keeps the system's error with the connection, which is gone when it could not be opened.
  // Its end changes errno only if that fails as well.
  const int cause = connection == nullptr ? errno : ::sqlite3_system_errno(connection);
  return fail_with(thrown.getExtendedErrorCode(), what + ": " + thrown.what(), cause);
}

}  // namespace prodev::db
