// Which of SQLite's statements a schema file may hold: what cannot do in it what it says is refused
// with the way to have it, instead of doing nothing or something else.
#pragma once

#include <string_view>

#include "db/sql_script.h"

namespace prodev::db {

// True: `statement` is carried out by not running it. PRAGMA foreign_keys and defer_foreign_keys
// are such: no foreign key acts while a file runs, and all are checked at its end. False: it is for
// others to run. kBadInput, at the spot, for VACUUM, ATTACH and DETACH and for pragmas that would
// have no effect in a transaction, none beyond it, or one on the server's own connection.
StatementResult<bool> judge_file_statement(std::string_view statement);

}  // namespace prodev::db
