#include "statements/sequence.h"

#include <algorithm>

#include "db/schema_statement.h"
#include "db/small_queries.h"

namespace prodev::statements {
namespace {

// SQLite makes its table of counts with the first table that has one.
base::Result<bool> has_counts(db::Connection& connection) {
  TRY_ASSIGN(const int64_t there,
             db::load_number(connection,
                             "SELECT 1 FROM main.sqlite_schema WHERE name = 'sqlite_sequence'"));
  return there != 0;
}

base::Result<bool> keeps_count(db::Connection& connection, std::string_view table) {
  TRY_ASSIGN(db::Statement row,
             connection.prepare("SELECT sql FROM main.sqlite_schema"
                                " WHERE type = 'table' AND name = ?1 COLLATE NOCASE"));
  row.bind_text(1, table);
  TRY_ASSIGN(const bool found, row.step());
  if (!found) return false;
  const db::SqlTokenList tokens = db::tokens_of(row.column_text(0));
  return std::any_of(tokens.begin(), tokens.end(),
                     [](const db::SqlToken& token) { return token.is_word("AUTOINCREMENT"); });
}

}  // namespace

base::Result<int64_t> last_number(db::Connection& connection, std::string_view table) {
  TRY_ASSIGN(const bool any, has_counts(connection));
  if (!any) return 0;
  return db::load_number(connection,
                         "SELECT max(seq) FROM main.sqlite_sequence WHERE name = ?1 COLLATE NOCASE",
                         {table});
}

base::Result<void> pass_numbers(db::Connection& connection, std::string_view table,
                                int64_t number) {
  TRY_ASSIGN(const bool keeps, keeps_count(connection, table));
  TRY_ASSIGN(const int64_t own, last_number(connection, table));
  if (!keeps || number <= own) return {};
  for (const char* sql :
       {"DELETE FROM main.sqlite_sequence WHERE name = ?1 COLLATE NOCASE",
        "INSERT INTO main.sqlite_sequence (name, seq) SELECT name, ?2 FROM main.sqlite_schema"
        " WHERE type = 'table' AND name = ?1 COLLATE NOCASE"}) {
    TRY_ASSIGN(db::Statement statement, connection.prepare(sql));
    statement.bind_text(1, table);
    if (std::string_view(sql).starts_with("INSERT")) statement.bind_int(2, number);
    TRY(statement.step());
  }
  return {};
}

}  // namespace prodev::statements
