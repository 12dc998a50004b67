#include "records/row_numbers.h"

#include <sqlite3.h>

#include <optional>

#include "catalog/rowid.h"
#include "db/client_rules.h"
#include "db/sql_tokens.h"
#include "query/api_error.h"
#include "text/ascii.h"

namespace prodev::records {

namespace {

using base::Result;
using catalog::Column;
using catalog::Table;
using catalog::TableKind;

bool numbers_rows(const Table& table, const Column& column) {
  // Of the hidden columns of a virtual table only the one that the catalog has added is a number.
  if (table.kind == TableKind::kVirtual)
    return column.hidden && column.kind == catalog::ValueKind::kInteger;
  return catalog::is_rowid(table, column);
}

bool gives_none_twice(db::Connection& connection, const Table& table, const Column& column) {
  int autoincrement = 0;
  const int code = ::sqlite3_table_column_metadata(connection.handle(), "main", table.name.c_str(),
                                                   column.name.c_str(), nullptr, nullptr, nullptr,
                                                   nullptr, &autoincrement);
  return code == SQLITE_OK && autoincrement != 0;
}

// Whether a row of `table` has the largest number that there is.
Result<bool> has_last_row(db::Connection& connection, std::string_view table) {
  std::string sql = "SELECT 1 FROM main.";
  db::append_name(sql, table);
  TRY_ASSIGN(db::Statement row, connection.prepare(sql + " WHERE _rowid_ = ?1"));
  row.bind_int(1, INT64_MAX);
  return row.step();
}

// The table without a number left that a write to `name` adds rows to, itself, by `sql` or by a
// trigger. Only those that give no number twice run out of them: the others look for one that is
// free.
Result<std::optional<std::string>> used_up_table(db::Connection& connection, std::string_view name,
                                                 std::string_view sql) {
  const db::TrustedScope trusted(connection);
  TRY_ASSIGN(
      db::Statement tables,
      connection.prepare(
          "SELECT name, seq FROM main.sqlite_sequence AS n WHERE name = ?1 COLLATE NOCASE"
          " OR instr(lower(?2), lower(name)) OR EXISTS (SELECT 1 FROM main.sqlite_schema AS t"
          " WHERE t.type = 'trigger' AND instr(lower(t.sql), lower(n.name)))"
          " ORDER BY name <> ?1 COLLATE NOCASE"));
  tables.bind_text(1, name);
  tables.bind_text(2, sql);
  for (;;) {
    TRY_ASSIGN(const bool more, tables.step());
    if (!more) return std::nullopt;
    std::string table(tables.column_text(0));
    if (tables.column_int(1) == INT64_MAX) return table;
    TRY_ASSIGN(const bool last, has_last_row(connection, table));
    if (last) return table;
  }
}

}  // namespace

void SentNumber::note(const catalog::Catalog& catalog, const Table& table, const Column& column,
                      const query::Value& value) {
  const bool large = value.type == db::StorageClass::kInteger && value.integer > kLargestOfNumbered;
  if (!large || value.integer <= number_) return;
  const bool shown = table.kind == TableKind::kView;
  const Table* origin = shown ? catalog.find(column.origin_table) : &table;
  const Column* number =
      shown && origin != nullptr ? origin->find_column(column.origin_column) : &column;
  if (origin == nullptr || number == nullptr || !numbers_rows(*origin, *number)) return;
  number_ = value.integer;
  named_table_ = &table;
  named_column_ = &column;
  table_ = origin;
  column_ = number;
}

query::Outcome<void> SentNumber::check(db::Connection& connection) const {
  if (table_ == nullptr) return {};
  const bool numbered = gives_none_twice(connection, *table_, *column_);
  const int64_t largest = numbered ? kLargestOfNumbered : kLargestOfPlain;
  if (number_ <= largest) return {};
  return query::refuse(out_of_range(largest, numbered));
}

query::ApiError SentNumber::out_of_range(int64_t largest, bool numbered) const {
  return {400, "22003",
          "value \"" + std::to_string(number_) +
              "\" is out of range for the number of a row of \"" + named_table_->name + "\"",
          "Column " + named_column_->name + " takes up to " + std::to_string(largest) +
              ": rows that come without a number are given those after the largest.",
          numbered
              ? "Leave the column out. Larger numbers, made by clients, need an INTEGER PRIMARY "
                "KEY without AUTOINCREMENT, SERIAL or IDENTITY."
              : "Leave the column out, or send a smaller number."};
}

query::ApiError write_error(db::Connection& connection, const std::string& name,
                            std::string_view sql) {
  if ((::sqlite3_errcode(connection.handle()) & 0xff) != SQLITE_FULL)
    return query::sqlite_error(connection.handle(), name);
  // What is asked now takes the place of what failed, so that is told first.
  const std::string message = ::sqlite3_errmsg(connection.handle());
  const Result<std::optional<std::string>> table = used_up_table(connection, name, sql);
  if (!table || !*table) return query::full_error(message);
  const bool own = text::equal_ignoring_case(**table, name);
  return {400, "2200H",
          own ? "the numbers of table \"" + name + "\" are used up"
              : "the numbers of a table that \"" + name + "\" adds rows to are used up",
          "A row has had the largest number that there is, " + std::to_string(INT64_MAX) + ".",
          "The owner of the database can have the table number on from a smaller one: "
          "the documentation says how under 'Numbers of rows'."};
}

}  // namespace prodev::records
