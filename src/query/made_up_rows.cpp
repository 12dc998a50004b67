#include "query/made_up_rows.h"

#include "catalog/rowid.h"
#include "db/sql_tokens.h"
#include "query/lowering.h"
#include "query/stored_form.h"
#include "text/ascii.h"

namespace prodev::query {

namespace {

using catalog::Column;
using catalog::Table;

// A virtual table's hidden columns are questions to it, and not of the row.
bool is_part(const Table& table, const Column& column) {
  return !column.hidden || table.kind != catalog::TableKind::kVirtual;
}

// The declared type of a table's column decides what becomes of a value; the
// columns of views and virtual tables take every value as it is.
void add_stored(std::string& sql, const Table& table, const Column& column,
                const std::string& value) {
  const std::string_view affinity =
      table.kind == catalog::TableKind::kTable ? affinity_of(column) : std::string_view();
  // ANY of a STRICT table stores what it gets (stricttables section 3).
  const bool any = table.strict && text::equal_ignoring_case(column.declared_type, "ANY");
  if (affinity.empty() || any) {
    sql += value;
  } else {
    sql.append("_as_stored(").append(value).append(",'").append(affinity).append("')");
  }
}

class Verdict {
 public:
  Verdict(const Table& table, const MadeUpRows& rows) : table_(table), rows_(rows) {}

  std::string sql(std::string_view check) {
    sql_ = "WITH ";
    add_plain_columns();
    // One step for each, so that an expression can name what came before it.
    for (const Column& column : table_.columns) {
      if (column.generated) add_generated(column);
    }
    sql_.append(" SELECT coalesce(min((").append(check).append(") IS TRUE),1) FROM ");
    add_source();
    return std::move(sql_);
  }

 private:
  // "new row 0" AS MATERIALIZED (SELECT ... FROM t WHERE 0 UNION ALL SELECT
  // MATERIALIZED: else SQLite may put the expressions where the columns stand,
  // and they have no affinity.
  void begin_step() {
    if (step_ >= 0) sql_ += ',';
    db::append_name(sql_, step_name(step_ + 1));
    sql_ += " AS MATERIALIZED (SELECT ";
    add_names(columns_);
    sql_ += " FROM ";
    db::append_name(sql_, table_.name);
    sql_ += " WHERE 0 UNION ALL SELECT ";
  }
  void end_step() {
    sql_ += ')';
    ++step_;
  }

  void add_plain_columns() {
    std::string values;
    for (size_t i = 0; i < table_.columns.size(); ++i) {
      const Column& column = table_.columns[i];
      if (column.generated || !is_part(table_, column)) continue;
      columns_.push_back(&column);
      if (!values.empty()) values += ',';
      add_stored(values, table_, column, value_of(i));
    }
    begin_step();
    sql_ += values + rows_.source;
    end_step();
  }

  std::string value_of(size_t i) const {
    const Column& column = table_.columns[i];
    std::string value = rows_.values[i];
    if (value.empty()) value = default_sql(column);
    if (!catalog::is_rowid(table_, column)) return value;
    std::string name;
    db::append_name(name, column.name);
    std::string next = "coalesce(" + value + ",(SELECT coalesce(max(" + name + "),0)+1 FROM ";
    db::append_name(next, table_.name);
    return next + "))";
  }

  void add_generated(const Column& column) {
    const std::vector<const Column*> before = columns_;
    columns_.push_back(&column);
    begin_step();
    add_names(before);
    sql_ += ',';
    add_stored(sql_, table_, column, "(" + column.generated_sql + ")");
    sql_ += " FROM ";
    add_source();
    end_step();
  }

  void add_names(const std::vector<const Column*>& columns) {
    const char* glue = "";
    for (const Column* column : columns) {
      sql_ += glue;
      glue = ",";
      db::append_name(sql_, column->name);
    }
  }

  // The last step, under the name of the table.
  void add_source() {
    db::append_name(sql_, step_name(step_));
    sql_ += " AS ";
    db::append_name(sql_, table_.name);
  }

  static std::string step_name(int step) { return "new row " + std::to_string(step); }

  const Table& table_;
  const MadeUpRows& rows_;
  std::vector<const Column*> columns_;  // of the step
  int step_ = -1;
  std::string sql_;
};

}  // namespace

std::string default_sql(const Column& column) {
  return column.default_sql.empty() ? "NULL" : "(" + column.default_sql + ")";
}

Outcome<MadeUpRows> updated_rows(const Context& context, const Table& table,
                                 const std::vector<Assignment>& assignments, const Condition& where,
                                 const Guard& guard, const Guard& readable) {
  Lowering lowering(context);
  MadeUpRows rows{{}, " FROM "};
  for (const Column& column : table.columns)
    db::append_name(rows.values.emplace_back(), column.name);
  for (const Assignment& assignment : assignments) {
    std::string& value = rows.values[static_cast<size_t>(assignment.column - table.columns.data())];
    value.clear();
    if (assignment.to_default) {
      value = default_sql(*assignment.column);
    } else {
      lowering.add_value({}, value);
    }
  }
  db::append_name(rows.source, table.name);
  TRY(lowering.add_write_where(table, where, assignments.empty() ? "(0)" : guard.rows, readable,
                               rows.source));
  return rows;
}

std::string verdict_sql(const Table& table, const MadeUpRows& rows, std::string_view check) {
  return Verdict(table, rows).sql(check);
}

}  // namespace prodev::query
