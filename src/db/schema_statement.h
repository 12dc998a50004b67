// One statement of a schema file on its way to SQLite.
//
// What PostgreSQL's users write becomes what SQLite reads, and what SQLite would read as something
// else, without a word, is refused:
//   CREATE TABLE t (id SERIAL PRIMARY KEY, at timestamptz DEFAULT now(),
//     by text DEFAULT auth.uid())
// becomes
//   CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT,
//     at timestamptz DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
//     by text DEFAULT (_prodev_auth_uid()))
// The rest of its text, comments too, stays as it is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "db/numbered_columns.h"

namespace prodev::db {

struct SchemaStatement {
  std::string sql;             // for SQLite
  std::vector<SqlEdit> edits;  // what was changed in the source, by offset

  // Where a byte of `sql` was in the source.
  size_t source_offset(size_t offset) const;
};

// The tokens of a statement; one without its end is the last.
SqlTokenList tokens_of(std::string_view statement);

// Where the statement that begins at `start` of a script ends: at its `;` or at the end of the
// script. The statements of a trigger's body are its own.
size_t statement_end(std::string_view script, size_t start);

// The statements of a script in order, without their `;`: parts of `script`, some of which may
// hold nothing but space and comments.
std::vector<std::string_view> statements_of(std::string_view script);

// Whether it begins as SQLite's statements do, rather than as those about rules and functions.
bool is_sqlite_statement(const SqlTokenList& tokens);

StatementResult<SchemaStatement> make_schema_statement(std::string_view statement);

}  // namespace prodev::db
