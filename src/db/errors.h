// From SQLite's result codes to Error: the one table of them.
#pragma once

#include <string>

#include "base/result.h"

struct sqlite3;
namespace SQLite {
class Exception;
}

namespace prodev::db {

// What a result code (extended or not) means for the caller:
//   constraint violations                     kConflict
//   a statement or value that cannot be       kBadInput
//   busy, locked, interrupted                 kBusy, kTimeout
//   out of memory                             kUnavailable; refused for the time: kTimeout
//   disk full, I/O, cannot open, read-only    kUnavailable
//   corrupt, not a database                   kCorrupt
base::Code code_of(int sqlite_code);

// "<what>: <SQLite's message>" of the last failed call on `connection`.
tl::unexpected<base::Error> fail_sqlite(sqlite3* connection, const std::string& what);
// The same of what SQLiteCpp threw; `connection` is null if it could not be opened.
tl::unexpected<base::Error> fail_sqlite(const SQLite::Exception& thrown, sqlite3* connection,
                                        const std::string& what);

}  // namespace prodev::db
