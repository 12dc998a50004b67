#include <algorithm>

#include "db/sql_tokens.h"
#include "query/lower_view.h"
#include "query/lowering.h"
#include "query/made_up_rows.h"

namespace prodev::query {

namespace {

using catalog::Column;
using catalog::Table;

// Whether the new row passes `check`. In RETURNING itself SQLite (3.40) takes the columns for ones
// that are never NULL where the table's first one is, so the check stands in a SELECT of its own,
// from a row of the same names.
void add_check(std::string& sql, const Table& table, std::string_view check) {
  sql.append("(SELECT ").append(check).append(" FROM (SELECT ");
  const char* glue = "";
  for (const Column& column : table.columns) {
    // A virtual table's hidden columns are questions to it, and not of the row.
    if (column.hidden && table.kind == catalog::TableKind::kVirtual) continue;
    sql += glue;
    glue = ",";
    db::append_name(sql, column.name);
    sql += " AS ";
    db::append_name(sql, column.name);
  }
  sql += ") AS ";
  db::append_name(sql, table.name);
  sql += ") IS TRUE";
}

// " RETURNING check, results". Without rows and check there is nothing to return.
Outcome<void> add_returning(Lowering& lowering, const Table& table, const Returning& returning) {
  if (!returning.rows && returning.check.empty()) return {};
  std::string& sql = lowering.query.sql;
  sql += " RETURNING ";
  if (!returning.check.empty()) {
    add_check(sql, table, returning.check);
    lowering.query.lead_columns = 1;
  }
  if (!returning.rows) return {};
  const Scope scope = lowering.root(table, returning.read, returning.readable);
  if (is_grouped(table, returning.read)) return refuse(grouped_write());
  TRY_ASSIGN(Results results, lowering.results_of(scope, true));
  if (results.columns.empty())
    return refuse({403, "42501", "permission denied for table " + table.name});
  if (lowering.query.lead_columns > 0) sql += ',';
  sql += results.sql;
  lowering.query.columns = std::move(results.columns);
  return {};
}

Outcome<std::vector<std::string>> conflict_key(const Table& table, const OnConflict& conflict) {
  std::vector<std::string> key = conflict.columns;
  if (key.empty()) {
    for (const size_t i : table.primary_key) key.push_back(table.columns[i].name);
  }
  std::vector<std::string> sorted = key;
  std::sort(sorted.begin(), sorted.end());
  const auto matches = [&](std::vector<std::string> columns) {
    std::sort(columns.begin(), columns.end());
    return columns == sorted;
  };
  std::vector<std::string> primary;
  for (const size_t i : table.primary_key) primary.push_back(table.columns[i].name);
  const bool unique =
      !key.empty() && table.kind != catalog::TableKind::kView &&
      (matches(primary) ||
       std::any_of(table.indexes.begin(), table.indexes.end(), [&](const catalog::Index& index) {
         return index.unique && !index.partial && matches(index.columns);
       }));
  if (!unique) {
    return refuse({400, "42P10",
                   "there is no unique or exclusion constraint matching the ON CONFLICT "
                   "specification"});
  }
  return key;
}

// A statement's own conflict clause outranks those of constraints (sqlite.org, lang_conflict): else
// REPLACE deletes rows that the caller may not even see, and ROLLBACK ends everybody's transaction.
// It also takes the place of the clauses in the table's triggers (lang_createtrigger), so it is
// left out where there is nothing to outrank.
void add_abort(std::string& sql, const Table& table) {
  if (table.conflict_clauses) sql += "OR ABORT ";
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Outcome<void> add_conflict(std::string& sql, const Table& table,
                           const std::vector<const Column*>& columns, const OnConflict& conflict) {
  if (conflict.action == OnConflict::Action::kFail) return {};
  TRY_ASSIGN(const std::vector<std::string> key, conflict_key(table, conflict));
  for (const Column& column : table.columns) {
    if (contains(key, column.name) && !conflict.readable.allows(column))
      return permission_denied(table, column);
  }
  sql += " ON CONFLICT (";
  for (size_t i = 0; i < key.size(); ++i) {
    if (i > 0) sql += ',';
    db::append_name(sql, key[i]);
  }
  sql += ") DO ";
  if (conflict.action == OnConflict::Action::kIgnore) {
    sql += "NOTHING";
    return {};
  }
  const char* glue = "UPDATE SET ";
  for (const Column* column : columns) {
    if (!conflict.updatable.allows(*column)) return permission_denied(table, *column);
    // Setting the key to what it is keeps the statement valid when there is nothing else to set.
    if (contains(key, column->name) && columns.size() > key.size()) continue;
    sql += glue;
    glue = ",";
    db::append_name(sql, column->name);
    sql += "=excluded.";
    db::append_name(sql, column->name);
  }
  if (!conflict.updatable.rows.empty()) sql.append(" WHERE ").append(conflict.updatable.rows);
  return {};
}

}  // namespace

ApiError grouped_write() {
  return {400, "0A000", "the rows of a write cannot be aggregated",
          "Select their columns, or ask for return=minimal and read afterwards."};
}

std::string row_of_key_sql(const Table& table, const std::vector<const Column*>& key) {
  std::string sql = " FROM ";
  db::append_name(sql, table.name);
  const char* glue = " WHERE ";
  for (size_t i = 0; i < key.size(); ++i) {
    sql += glue;
    glue = " AND ";
    db::append_name(sql, key[i]->name);
    sql += "=?" + std::to_string(kFirstValue + static_cast<int>(i));
  }
  return sql;
}

Outcome<LoweredQuery> lower_insert(const Context& context, const Table& table,
                                   const std::vector<const Column*>& columns,
                                   const OnConflict& conflict, const Returning& returning) {
  Lowering lowering(context);
  std::string& sql = lowering.query.sql;
  sql += "INSERT ";
  add_abort(sql, table);
  sql += "INTO ";
  db::append_name(sql, table.name);
  if (columns.empty()) {
    sql += " DEFAULT VALUES";
  } else {
    const char* glue = " (";
    for (const Column* column : columns) {
      sql += glue;
      glue = ",";
      db::append_name(sql, column->name);
    }
    sql += ") VALUES ";
    glue = "(";
    for (size_t i = 0; i < columns.size(); ++i) {
      sql += glue;
      glue = ",";
      lowering.add_value({}, sql);
    }
    sql += ')';
    TRY(add_conflict(sql, table, conflict.merged.empty() ? columns : conflict.merged, conflict));
  }
  TRY(add_returning(lowering, table, returning));
  return std::move(lowering.query);
}

Outcome<LoweredQuery> lower_update(const Context& context, const Table& table,
                                   std::vector<Assignment> assignments, const Condition& where,
                                   const Guard& guard, const Returning& returning) {
  Lowering lowering(context);
  std::string& sql = lowering.query.sql;
  sql += "UPDATE ";
  add_abort(sql, table);
  db::append_name(sql, table.name);
  const char* glue = " SET ";
  for (Assignment& assignment : assignments) {
    sql += glue;
    glue = ",";
    db::append_name(sql, assignment.column->name);
    sql += '=';
    if (assignment.to_default) {
      sql += default_sql(*assignment.column);
    } else {
      lowering.add_value(std::move(assignment.value), sql);
    }
  }
  std::string_view rows = guard.rows;
  if (assignments.empty()) {
    // Nothing to set: of no row, but with all that is asked about rows.
    sql += glue;
    const std::string& column = table.columns.front().name;
    db::append_name(sql, column);
    sql += '=';
    db::append_name(sql, column);
    rows = "(0)";
  }
  TRY(lowering.add_rows_meant(table, where, rows, returning.readable, sql));
  TRY(add_returning(lowering, table, returning));
  return std::move(lowering.query);
}

Outcome<LoweredQuery> lower_delete(const Context& context, const Table& table,
                                   const Condition& where, const Guard& guard,
                                   const Returning& returning) {
  Lowering lowering(context);
  std::string& sql = lowering.query.sql;
  sql += "DELETE FROM ";
  db::append_name(sql, table.name);
  TRY(lowering.add_rows_meant(table, where, guard.rows, returning.readable, sql));
  TRY(add_returning(lowering, table, returning));
  return std::move(lowering.query);
}

}  // namespace prodev::query
