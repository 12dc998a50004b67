// Columns that number their rows as PostgreSQL says it: SERIAL and GENERATED ... AS IDENTITY.
#pragma once

#include <string>
#include <vector>

#include "db/postgres_calls.h"

namespace prodev::db {

// A part of a statement's text, and what stands for it.
struct SqlEdit {
  size_t begin = 0;  // bytes of the statement
  size_t end = 0;
  std::string sql;
};

// What makes such columns of the CREATE TABLE or ALTER TABLE in `tokens` into SQLite's:
//   id SERIAL PRIMARY KEY                                  id INTEGER PRIMARY KEY AUTOINCREMENT
//   id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY     id INTEGER PRIMARY KEY AUTOINCREMENT
// AUTOINCREMENT, so that a number is never given twice. Refused (offset and sentence): one that is
// not the key alone, and types that SQLite would take for something else without a word
// (AUTO_INCREMENT, text[], interval).
StatementResult<std::vector<SqlEdit>> number_columns(const SqlTokenList& tokens);

}  // namespace prodev::db
