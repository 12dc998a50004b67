#include "query/lower.h"

#include <algorithm>

#include "db/sql_tokens.h"
#include "query/lowering.h"
#include "text/ascii.h"

namespace prodev::query {

namespace {

using catalog::Column;
using catalog::Table;
using catalog::ValueKind;

std::vector<std::string> names_of(const Table& table, const Guard& guard) {
  std::vector<std::string> names;
  for (const Column& column : table.columns) {
    if (guard.allows(column)) names.push_back(column.name);
  }
  return names;
}

tl::unexpected<ApiError> permission_denied(const Table& table, const Column& column) {
  return refuse(
      {403, "42501", "permission denied for column " + column.name + " of table " + table.name});
}

struct Cast {
  std::string_view name;
  std::string_view sql;
  ValueKind kind;
};

// PostgreSQL's names, and what they are here.
constexpr Cast kCasts[] = {{"text", "TEXT", ValueKind::kText},
                           {"varchar", "TEXT", ValueKind::kText},
                           {"integer", "INTEGER", ValueKind::kInteger},
                           {"int", "INTEGER", ValueKind::kInteger},
                           {"int2", "INTEGER", ValueKind::kInteger},
                           {"int4", "INTEGER", ValueKind::kInteger},
                           {"int8", "INTEGER", ValueKind::kInteger},
                           {"smallint", "INTEGER", ValueKind::kInteger},
                           {"bigint", "INTEGER", ValueKind::kInteger},
                           {"real", "REAL", ValueKind::kReal},
                           {"float4", "REAL", ValueKind::kReal},
                           {"float8", "REAL", ValueKind::kReal},
                           {"double precision", "REAL", ValueKind::kReal},
                           {"numeric", "NUMERIC", ValueKind::kNumeric},
                           {"decimal", "NUMERIC", ValueKind::kNumeric},
                           {"boolean", "INTEGER", ValueKind::kBoolean},
                           {"bool", "INTEGER", ValueKind::kBoolean},
                           {"json", "TEXT", ValueKind::kJson},
                           {"jsonb", "TEXT", ValueKind::kJson}};

const Cast* find_cast(std::string_view name) {
  const auto* found = std::find_if(std::begin(kCasts), std::end(kCasts), [&](const Cast& cast) {
    return text::equal_ignoring_case(cast.name, name);
  });
  return found == std::end(kCasts) ? nullptr : found;
}

void append_cast(std::string& sql, const Column& column, const Cast& cast) {
  std::string name;
  db::append_name(name, column.name);
  if (column.kind == ValueKind::kBoolean && cast.kind == ValueKind::kText) {
    sql += "CASE " + name + " WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE CAST(" + name +
           " AS TEXT) END";
    return;
  }
  sql += "CAST(" + name + " AS ";
  sql += cast.sql;
  sql += ')';
}

}  // namespace

bool Guard::allows(const Column& column) const {
  return columns == nullptr ||
         std::find(columns->begin(), columns->end(), column.name) != columns->end();
}

Outcome<const Column*> Lowering::readable_column(std::string_view name) const {
  const Column* column = table_.find_column(name);
  if (column == nullptr) return refuse(unknown_column(table_.name, name, names_of(table_, guard_)));
  if (!guard_.allows(*column)) return permission_denied(table_, *column);
  return column;
}

void Lowering::add_value(Value value) {
  query.sql += '?';
  query.sql += std::to_string(kFirstValue + static_cast<int>(query.values.size()));
  query.values.push_back(std::move(value));
}

Outcome<void> Lowering::add_result(const Column& column, const SelectItem& item) {
  OutputColumn output{item.alias.empty() ? column.name : item.alias, column.kind,
                      column.always_json};
  if (item.cast.empty()) {
    db::append_name(sql(), column.name);
  } else {
    const Cast* cast = find_cast(item.cast);
    if (cast == nullptr) return refuse({400, "42704", "type \"" + item.cast + "\" does not exist"});
    append_cast(sql(), column, *cast);
    output.kind = cast->kind;
    output.always_json = false;
  }
  query.columns.push_back(std::move(output));
  return {};
}

Outcome<void> Lowering::add_results(const std::vector<SelectItem>& items) {
  static const std::vector<SelectItem> kEverything = {{"*", {}, {}}};
  const char* glue = "";
  const auto add = [&](const Column& column, const SelectItem& item) -> Outcome<void> {
    sql() += glue;
    glue = ",";
    return add_result(column, item);
  };
  for (const SelectItem& item : items.empty() ? kEverything : items) {
    if (item.column == "*") {
      for (const Column& column : table_.columns) {
        if (!column.hidden && guard_.allows(column)) TRY(add(column, {}));
      }
      continue;
    }
    TRY_ASSIGN(const Column* column, readable_column(item.column));
    TRY(add(*column, item));
  }
  if (query.columns.empty())
    return refuse({403, "42501", "permission denied for table " + table_.name});
  return {};
}

Outcome<void> Lowering::add_keys(const std::vector<OrderItem>& order) {
  for (const OrderItem& item : order) {
    TRY_ASSIGN(const Column* column, readable_column(item.column));
    sql() += ',';
    db::append_name(sql(), column->name);
    query.keys.push_back(column->kind);
  }
  return {};
}

Outcome<void> Lowering::add_order(const std::vector<OrderItem>& order) {
  const char* glue = " ORDER BY ";
  for (const OrderItem& item : order) {
    TRY_ASSIGN(const Column* column, readable_column(item.column));
    sql() += glue;
    glue = ",";
    db::append_name(sql(), column->name);
    if (item.descending) sql() += " DESC";
    // SQLite takes NULL for the smallest, PostgreSQL for the largest value.
    const bool nulls_first = item.nulls_first.value_or(item.descending);
    const bool by_default = nulls_first != item.descending;
    if (!column->not_null && !by_default) sql() += nulls_first ? " NULLS FIRST" : " NULLS LAST";
  }
  return {};
}

Outcome<LoweredQuery> lower_read(const Table& table, const Read& read, const Guard& guard) {
  Lowering lowering(table, guard);
  std::string& sql = lowering.sql();
  sql.reserve(256);
  sql += "SELECT ";
  TRY(lowering.add_results(read.select));
  if (read.with_keys) TRY(lowering.add_keys(read.order));
  sql += " FROM ";
  db::append_name(sql, table.name);
  TRY(lowering.add_where(read.where, {}, read.after));
  TRY(lowering.add_order(read.order));
  if (read.limit || read.offset > 0) {
    // -1: no limit (sqlite.org, lang_select).
    constexpr uint64_t kMost = INT64_MAX;
    const uint64_t limit = read.limit.value_or(kMost);
    sql += " LIMIT ";
    lowering.add_value(Value::of_integer(limit >= kMost ? -1 : static_cast<int64_t>(limit)));
    if (read.offset > 0) {
      sql += " OFFSET ";
      lowering.add_value(Value::of_integer(static_cast<int64_t>(std::min(read.offset, kMost))));
    }
  }
  return std::move(lowering.query);
}

Outcome<LoweredQuery> lower_count(const Table& table, const Condition& where, const Guard& guard,
                                  std::optional<uint64_t> at_most) {
  Lowering lowering(table, guard);
  lowering.sql() += at_most ? "SELECT count(*) FROM (SELECT 1 FROM " : "SELECT count(*) FROM ";
  db::append_name(lowering.sql(), table.name);
  TRY(lowering.add_where(where));
  if (at_most) {
    lowering.sql() += " LIMIT ";
    lowering.add_value(
        Value::of_integer(static_cast<int64_t>(std::min<uint64_t>(*at_most, INT64_MAX))));
    lowering.sql() += ')';
  }
  return std::move(lowering.query);
}

Outcome<const Column*> writable_column(const Table& table, std::string_view name,
                                       const Guard& guard) {
  const Column* column = table.find_column(name);
  if (column == nullptr) {
    return refuse({400,
                   "PGRST204",
                   "Could not find the '" + std::string(name) + "' column of '" + table.name +
                       "' in the schema cache",
                   {},
                   unknown_column(table.name, name, names_of(table, guard)).hint});
  }
  if (!guard.allows(*column)) return permission_denied(table, *column);
  if (column->generated) {
    return refuse({400, "428C9", "column \"" + column->name + "\" can only be updated to DEFAULT",
                   "Column \"" + column->name + "\" is a generated column."});
  }
  return column;
}

}  // namespace prodev::query
