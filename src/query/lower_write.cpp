#include <algorithm>

#include "db/sql_tokens.h"
#include "query/lower_view.h"
#include "query/lowering.h"
#include "query/made_up_rows.h"
#include "text/ascii.h"

namespace prodev::query {

namespace {

using catalog::Column;
using catalog::Table;

// What a row of the table has, and a policy or a client may name.
std::vector<std::string> names_of_row(const Table& table) {
  std::vector<std::string> names;
  const bool is_virtual = table.kind == catalog::TableKind::kVirtual;
  bool has_rowid = table.kind != catalog::TableKind::kView && !table.without_rowid;
  for (const Column& column : table.columns) {
    has_rowid = has_rowid && !text::equal_ignoring_case(column.name, "rowid");
    // A virtual table's hidden columns are questions to it, and not of the row.
    if (!column.hidden || !is_virtual) names.push_back(column.name);
  }
  if (has_rowid) names.emplace_back("rowid");
  return names;
}

// " FROM (SELECT "id" AS "id",... FROM "t" WHERE 0 UNION ALL SELECT "id",... LIMIT -1) AS "t"": the
// row that is returned, as one of the table. In RETURNING itself SQLite (3.40) takes every column
// for one of the type and the collation of the table's first one, and that is never NULL where the
// first one is not; those of a compound SELECT are what they are in its first part.
std::string written_row(const Table& table) {
  std::string named;
  std::string values;
  for (const std::string& name : names_of_row(table)) {
    named += named.empty() ? "" : ",";
    values += values.empty() ? "" : ",";
    db::append_name(values, name);
    db::append_name(named, name);
    named += " AS ";
    db::append_name(named, derived_name(name));
  }
  const std::string of_table = db::quoted_name(table.name);
  return " FROM (SELECT " + named + " FROM " + of_table + " WHERE 0 UNION ALL SELECT " + values +
         std::string(kFence) + ") AS " + of_table;
}

// Whether all that is selected are columns as they are stored.
bool selects_columns(const Table& table, const Read& read) {
  return std::all_of(read.select.begin(), read.select.end(), [&](const SelectItem& item) {
    const bool is_plain = !item.embed && item.field.is_plain() && item.cast.empty() &&
                          item.aggregate == Aggregate::kNone;
    return is_plain &&
           (item.field.column == "*" || table.find_column(item.field.column) != nullptr);
  });
}

// What is returned of a row that was written: of `row`, unless that is empty.
Outcome<void> add_returned(Lowering& lowering, const Table& table, const Returning& returning,
                           const std::string& row) {
  std::string& sql = lowering.query.sql;
  Scope scope = lowering.root(table, returning.read, returning.readable);
  scope.derived = scope.derived || !row.empty();
  TRY_ASSIGN(Results results, lowering.results_of(scope, true));
  if (results.columns.empty())
    return refuse({403, "42501", "permission denied for table " + table.name});
  if (!row.empty()) {
    const size_t before = sql.size();
    for (size_t i = 0; i < results.columns.size(); ++i) {
      if (i > 0) sql += ',';
      sql.append("(SELECT ").append(results.expression(i)).append(row).append(")");
      TRY(lowering.count_written(sql.size() - before));
    }
  } else {
    sql += results.sql;
  }
  lowering.query.columns = std::move(results.columns);
  return {};
}

// " RETURNING check, results". Without rows and check there is nothing to return.
Outcome<void> add_returning(Lowering& lowering, const Table& table, const Returning& returning) {
  if (!returning.rows && returning.check.empty()) return {};
  if (returning.rows && is_grouped(table, returning.read)) return refuse(grouped_write());
  const bool is_apart = returning.rows && !selects_columns(table, returning.read);
  const std::string row = is_apart || !returning.check.empty() ? written_row(table) : std::string();
  std::string& sql = lowering.query.sql;
  sql += " RETURNING ";
  if (!returning.check.empty()) {
    sql.append("(SELECT ").append(returning.check).append(row).append(") IS TRUE");
    lowering.query.lead_columns = 1;
  }
  if (!returning.rows) return {};
  if (lowering.query.lead_columns > 0) sql += ',';
  return add_returned(lowering, table, returning, is_apart ? row : std::string());
}

bool is_same_set(std::vector<std::string> some, std::vector<std::string> others) {
  std::sort(some.begin(), some.end());
  std::sort(others.begin(), others.end());
  return some == others;
}

// The one that ON CONFLICT (key) goes by; nullptr: there is none, or the key is the rowid.
const catalog::Index* unique_index(const Table& table, const std::vector<std::string>& key) {
  const auto found =
      std::find_if(table.indexes.begin(), table.indexes.end(), [&](const catalog::Index& index) {
        return index.unique && !index.partial && is_same_set(index.columns, key);
      });
  return found == table.indexes.end() ? nullptr : &*found;
}

Outcome<std::vector<std::string>> conflict_key(const Table& table, const OnConflict& conflict) {
  std::vector<std::string> key = conflict.columns;
  if (key.empty()) {
    for (const size_t i : table.primary_key) key.push_back(table.columns[i].name);
  }
  std::vector<std::string> primary;
  for (const size_t i : table.primary_key) primary.push_back(table.columns[i].name);
  const bool unique = !key.empty() && table.kind != catalog::TableKind::kView &&
                      (is_same_set(primary, key) || unique_index(table, key) != nullptr);
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
  std::vector<std::string> names;
  for (const Column* column : key) names.push_back(column->name);
  const catalog::Index* index = unique_index(table, names);
  const char* glue = " WHERE ";
  for (size_t i = 0; i < key.size(); ++i) {
    sql += glue;
    glue = " AND ";
    db::append_name(sql, names[i]);
    if (index != nullptr) {  // its collation need not be that of the column
      const auto place = std::find(index->columns.begin(), index->columns.end(), names[i]);
      sql += " COLLATE ";
      db::append_name(sql, index->collations[static_cast<size_t>(place - index->columns.begin())]);
    }
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
  TRY(lowering.add_write_where(table, where, rows, returning.readable, sql));
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
  TRY(lowering.add_write_where(table, where, guard.rows, returning.readable, sql));
  TRY(add_returning(lowering, table, returning));
  return std::move(lowering.query);
}

}  // namespace prodev::query
