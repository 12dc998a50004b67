#include "query/lower.h"

#include <algorithm>

#include "db/sql_tokens.h"
#include "query/lowering.h"
#include "text/json_string.h"

namespace prodev::query {

namespace {

using catalog::Column;
using catalog::Table;

}  // namespace

const Context& no_context() {
  static const catalog::Catalog kEmpty;
  static const Context kContext{
      kEmpty,
      [](const Table& table) -> Outcome<Guard> {
        return refuse({403, "42501", "permission denied for table " + table.name});
      },
      [](const catalog::Function&) { return false; }};
  return kContext;
}

Lowering::Lowering(const Context& context) : context_(context) {
  query.values = context.with_values;
}

Scope Lowering::root(const Table& table, const Read& read, const Guard& guard) const {
  std::string qualifier;
  db::append_name(qualifier, table.name);
  Scope scope{table, guard, read, std::move(qualifier), !read.embeds.empty(), false};
  scope.fenced = fences(scope);
  scope.derived = scope.fenced || !context_.with_sql.empty();
  return scope;
}

void Lowering::add_value(Value value, std::string& out) {
  out += '?';
  out += std::to_string(kFirstValue + static_cast<int>(query.values.size()));
  query.values.push_back(std::move(value));
}

void Lowering::add_shape(const std::vector<OutputColumn>& columns, bool bare, std::string& out) {
  auto shape = std::make_shared<JsonShape>();
  shape->bare = bare;
  for (const OutputColumn& column : columns) {
    JsonShape::Member member{{}, column.kind, column.always_json};
    text::append_json_string(member.prefix, column.name);
    member.prefix += ':';
    shape->members.push_back(std::move(member));
  }
  query.shapes.push_back({kFirstValue + static_cast<int>(query.values.size()), std::move(shape)});
  add_value({}, out);
}

void Lowering::add_window(const Read& read, uint64_t most, std::string& out) {
  // -1: no limit (sqlite.org, lang_select).
  constexpr uint64_t kMost = INT64_MAX;
  uint64_t limit = read.limit.value_or(kMost);
  if (most > 0) limit = std::min(limit, most);
  if (limit >= kMost && read.offset == 0) return;
  out += " LIMIT ";
  add_value(Value::of_integer(limit >= kMost ? -1 : static_cast<int64_t>(limit)), out);
  if (read.offset == 0) return;
  out += " OFFSET ";
  add_value(Value::of_integer(static_cast<int64_t>(std::min(read.offset, kMost))), out);
}

// "SELECT ... FROM ... WHERE ... GROUP BY ... ", without order and window.
Outcome<Results> Lowering::add_select(const Scope& scope, std::string& out) {
  TRY_ASSIGN(Results results, results_of(scope, true));
  if (results.columns.empty() && scope.read.select.empty())
    return refuse({403, "42501", "permission denied for table " + scope.table.name});
  out.append(context_.with_sql).append("SELECT ");
  out += results.columns.empty() ? "1" : results.sql;
  if (scope.read.with_keys) TRY(add_keys(scope, out));
  TRY_ASSIGN(const std::string near, nearest_times(scope, results.grouped));
  TRY(add_rows_from(scope, near, out));
  if (results.grouped && !results.grouping.empty())
    out.append(" GROUP BY ").append(results.grouping);
  return results;
}

Outcome<bool> Lowering::add_from_where(const Scope& scope, std::string_view more_rows,
                                       std::string& out) {
  out += " FROM ";
  if (scope.fenced) {
    TRY(add_fence(scope, more_rows, out));
  } else {
    db::append_name(out, scope.table.name);
  }
  const size_t before = out.size();
  TRY(add_where(scope, scope.read.where, more_rows, out));
  return out.size() > before;
}

Outcome<void> Lowering::add_rows_from(const Scope& scope, std::string_view more_rows,
                                      std::string& out) {
  TRY_ASSIGN(const bool has_where, add_from_where(scope, more_rows, out));
  if (scope.read.after.children.empty()) return {};
  out += has_where ? " AND " : " WHERE ";
  return add_condition(scope, scope.read.after, false, out);
}

Outcome<LoweredQuery> lower_read(const Context& context, const Table& table, const Read& read,
                                 const Guard& guard) {
  Lowering lowering(context);
  const Scope scope = lowering.root(table, read, guard);
  std::string& sql = lowering.query.sql;
  sql.reserve(256);
  TRY_ASSIGN(Results results, lowering.add_select(scope, sql));
  TRY(lowering.add_order(scope, results.grouped, sql));
  lowering.add_window(read, 0, sql);
  lowering.query.columns = std::move(results.columns);
  return std::move(lowering.query);
}

Outcome<LoweredQuery> lower_count(const Context& context, const Table& table, const Read& read,
                                  const Guard& guard, std::optional<uint64_t> at_most) {
  Lowering lowering(context);
  const Scope scope = lowering.root(table, read, guard);
  std::string& sql = lowering.query.sql;
  const bool grouped = is_grouped(table, read);
  std::string rows;
  if (grouped) {
    TRY(lowering.add_select(scope, rows));
  } else {
    rows.append(context.with_sql).append(at_most ? "SELECT 1" : "SELECT count(*)");
    TRY(lowering.add_from_where(scope, {}, rows));
  }
  if (at_most) {
    rows += " LIMIT ";
    lowering.add_value(
        Value::of_integer(static_cast<int64_t>(std::min<uint64_t>(*at_most, INT64_MAX))), rows);
  }
  sql = grouped || at_most ? "SELECT count(*) FROM (" + rows + ")" : std::move(rows);
  return std::move(lowering.query);
}

void LoweredQuery::bind(db::RowStatement& statement) const {
  for (size_t i = 0; i < values.size(); ++i)
    values[i].bind(statement, kFirstValue + static_cast<int>(i));
  for (const BoundShape& one : shapes)
    statement.bind_pointer(one.parameter, one.shape.get(), kJsonShapeType);
}

}  // namespace prodev::query
