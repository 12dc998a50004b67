#include "query/lower.h"

#include <algorithm>

#include "db/sql_tokens.h"
#include "query/lowering.h"
#include "text/json_string.h"

namespace prodev::query {

namespace {

using catalog::Column;
using catalog::Table;

// Whether a row of a grouped result has one value for `field`.
bool is_grouping(const Read& read, const Field& field) {
  return std::any_of(read.select.begin(), read.select.end(), [&](const SelectItem& item) {
    return !item.embed && item.aggregate == Aggregate::kNone &&
           (item.field == field || item.field.column == "*");
  });
}

// A column of a relation is one when it was spread.
bool is_grouping(const Read& read, const OrderItem& item) {
  if (item.relation.empty()) return is_grouping(read, item.field);
  const Embed* embed = find_embed(read, item.relation);
  return embed == nullptr || (embed->spread && is_grouping(embed->read, item.field));
}

Outcome<void> check_grouped(const Scope& scope, const OrderItem& item) {
  if (is_grouping(scope.read, item)) return {};
  const std::string& owner = item.relation.empty() ? scope.table.name : item.relation;
  return refuse({400, "42803",
                 "column \"" + owner + "." + item.field.column +
                     "\" must appear in the GROUP BY clause or be used in an aggregate function",
                 "The rows are grouped by what select= has beside aggregates.",
                 "Select the column, or leave it out of order=."});
}

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
  return {table, guard, read, std::move(qualifier), !read.embeds.empty(), false};
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

Outcome<void> Lowering::add_order(const Scope& scope, bool grouped, std::string& out) {
  const char* glue = " ORDER BY ";
  for (const OrderItem& item : scope.read.order) {
    if (grouped) TRY(check_grouped(scope, item));
    out += glue;
    glue = ",";
    bool not_null = false;
    if (item.relation.empty()) {
      TRY_ASSIGN(const Column column, add_order_operand(scope, item.field, out));
      not_null = column.not_null;
    } else {
      TRY(add_related_operand(scope, item, out));
    }
    if (item.descending) out += " DESC";
    // SQLite takes NULL for the smallest, PostgreSQL for the largest value.
    const bool nulls_first = item.nulls_first.value_or(item.descending);
    const bool by_default = nulls_first != item.descending;
    if (!not_null && !by_default) out += nulls_first ? " NULLS FIRST" : " NULLS LAST";
  }
  return {};
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

Outcome<void> Lowering::add_keys(const Scope& scope, std::string& out) {
  for (const OrderItem& item : scope.read.order) {
    TRY_ASSIGN(const Column* column, readable_column(scope, item.field.column));
    out += ',';
    add_column(scope, *column, out);
    query.keys.push_back(column->kind);
  }
  return {};
}

// "SELECT ... FROM ... WHERE ... GROUP BY ... ", without order and window.
Outcome<Results> Lowering::add_select(const Scope& scope, std::string& out) {
  TRY_ASSIGN(Results results, results_of(scope, true));
  if (results.columns.empty() && scope.read.select.empty())
    return refuse({403, "42501", "permission denied for table " + scope.table.name});
  out.append(context_.with_sql).append("SELECT ");
  out += results.columns.empty() ? "1" : results.sql;
  if (scope.read.with_keys) TRY(add_keys(scope, out));
  out += " FROM ";
  db::append_name(out, scope.table.name);
  const size_t before_where = out.size();
  TRY(add_where(scope, scope.read.where, {}, out));
  if (!scope.read.after.children.empty()) {
    out += out.size() == before_where ? " WHERE " : " AND ";
    TRY(add_condition(scope, scope.read.after, false, out));
  }
  if (results.grouped && !results.grouping.empty())
    out.append(" GROUP BY ").append(results.grouping);
  return results;
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
    rows.append(context.with_sql).append(at_most ? "SELECT 1 FROM " : "SELECT count(*) FROM ");
    db::append_name(rows, table.name);
    TRY(lowering.add_where(scope, read.where, {}, rows));
  }
  if (at_most) {
    rows += " LIMIT ";
    lowering.add_value(
        Value::of_integer(static_cast<int64_t>(std::min<uint64_t>(*at_most, INT64_MAX))), rows);
  }
  sql = grouped || at_most ? "SELECT count(*) FROM (" + rows + ")" : std::move(rows);
  return std::move(lowering.query);
}

void LoweredQuery::bind(db::Statement& statement) const {
  for (size_t i = 0; i < values.size(); ++i)
    values[i].bind(statement, kFirstValue + static_cast<int>(i));
  for (const BoundShape& one : shapes)
    statement.bind_pointer(one.parameter, one.shape.get(), kJsonShapeType);
}

}  // namespace prodev::query
