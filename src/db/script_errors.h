// Errors about a spot of a script, as people read them.
#pragma once

#include <string>
#include <string_view>

#include "db/schema_statement.h"
#include "db/statement_error.h"

struct sqlite3;

namespace prodev::db {

// A text of SQL statements and what it is called in errors.
struct Script {
  std::string_view sql;
  const std::string& name;
};

// "<name>:<line>:<column>: <message>, in: <beginning of the statement>", about the statement that
// begins at `start` of the script.
base::Error located(const Script& script, size_t start, const StatementError& error);

// What SQLite says of the statement in hand, about the spot of `source`, which is what `made` was
// made of; `done`: the bytes of it that have run. Syntax that is another database's is explained.
StatementError sqlite_error(sqlite3* handle, std::string_view source, const SchemaStatement& made,
                            size_t done = 0);

}  // namespace prodev::db
