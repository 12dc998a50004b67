// The order of rows.
#include <algorithm>
#include <optional>

#include "db/sql_tokens.h"
#include "query/lowering.h"

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

// Whether an index has the rows in the order of the stored values of `column`.
bool has_index(const Table& table, const Column& column) {
  return std::any_of(table.indexes.begin(), table.indexes.end(), [&](const catalog::Index& index) {
    return !index.partial && index.columns.front() == column.name;
  });
}

// What a read needs alone, when it is that. `grouped`: there are aggregates.
std::optional<FirstRows> first_rows(const Read& read, bool grouped) {
  if (grouped) {
    const SelectItem* item = read.select.size() == 1 ? &read.select.front() : nullptr;
    const bool is_extreme =
        item != nullptr && !item->embed && item->field.is_plain() && item->cast.empty() &&
        (item->aggregate == Aggregate::kMin || item->aggregate == Aggregate::kMax);
    if (!is_extreme) return std::nullopt;
    return FirstRows{item->field.column, item->aggregate == Aggregate::kMax, 1};
  }
  const OrderItem* item = read.order.empty() ? nullptr : &read.order.front();
  const bool is_window = read.limit && *read.limit > 0 && *read.limit < INT64_MAX - read.offset;
  if (item == nullptr || !is_window || !item->relation.empty() || !item->field.is_plain())
    return std::nullopt;
  return FirstRows{item->field.column, item->descending, *read.limit + read.offset};
}

}  // namespace

Outcome<void> Lowering::add_order(const Scope& scope, bool grouped, std::string& out) {
  const char* glue = " ORDER BY ";
  for (const OrderItem& item : scope.read.order) {
    if (grouped) TRY(check_grouped(scope, item));
    const size_t before = out.size();
    out += glue;
    glue = ",";
    bool not_null = false;
    if (item.relation.empty()) {
      TRY_ASSIGN(const Column* column, add_order_operand(scope, item.field, out));
      not_null = column->not_null;
    } else {
      TRY(add_related_operand(scope, item, out));
    }
    if (item.descending) out += " DESC";
    // SQLite takes NULL for the smallest, PostgreSQL for the largest value.
    const bool nulls_first = item.nulls_first.value_or(item.descending);
    const bool by_default = nulls_first != item.descending;
    if (!not_null && !by_default) out += nulls_first ? " NULLS FIRST" : " NULLS LAST";
    TRY(count_written(out.size() - before));
  }
  return {};
}

Outcome<void> Lowering::add_keys(const Scope& scope, std::string& out) {
  for (const OrderItem& item : scope.read.order) {
    TRY_ASSIGN(const Column* column, readable_column(scope, item.field.column));
    out += ',';
    add_column(scope, *column, out);
    ++query.keys;
  }
  return {};
}

// The first rows by time are not later than any of those whose texts come first, and so their texts
// are not far from these, whatever their zones and spellings. So an index on the texts serves
// order=created_at.desc&limit=20, with BOUND for the 20 rows that come first by their texts,
//   FROM (SELECT "created_at" AS _at FROM "ev" WHERE <filters> AND "created_at" >= ''
//     ORDER BY "created_at" DESC LIMIT 20) HAVING count(*)=20
// and beside the filters
//   ("created_at" >= ifnull((SELECT _time_least(_time_min(_at)) BOUND),-9e999) AND
//    _time_key("created_at") >= ifnull((SELECT _time_key(_time_min(_at)) BOUND),-9e999))
// and the same, of one row, for max(). The index alone answers both, so that of the rows around
// only those are read that are sorted. Empty: what is asked is another thing, or has no such index.
// Values that are no times are numbers, which come before the texts, texts that compare as such,
// for which no text is a bound, or blobs, which come last: no bound is one behind any that is
// likely.
Outcome<std::string> Lowering::nearest_times(const Scope& scope, bool grouped) {
  const std::optional<FirstRows> first = first_rows(scope.read, grouped);
  const Column* column = first ? scope.table.find_column(first->column) : nullptr;
  if (column == nullptr || column->kind != catalog::ValueKind::kTimestamp || scope.derived ||
      !has_index(scope.table, *column))
    return std::string();
  TRY(readable_column(scope, column->name));
  std::string name;
  add_column(scope, *column, name);
  const bool descending = first->descending;
  const std::string_view last = descending ? "_time_min(_at)" : "_time_max(_at)";
  const std::string_view compare = descending ? " >= ifnull((SELECT " : " <= ifnull((SELECT ";
  TRY_ASSIGN(const std::string rows, first_by_text(scope, name, *first));
  const std::string bound = rows + (descending ? "),-9e999)" : "),x'ffffffffffffffff')");
  std::string sql = "(" + name;
  sql.append(compare).append(descending ? "_time_least(" : "_time_most(").append(last).append(")");
  sql.append(bound).append(" AND _time_key(").append(name).append(")");
  sql.append(compare).append("_time_key(").append(last).append(")").append(bound);
  if (!column->not_null && !grouped) sql += " OR " + name + " IS NULL";
  return sql + ")";
}

// " FROM (...) HAVING ...": the column `name`, as _at, of the rows whose texts come first, when
// they are as many. Under a name of its own: that of an embed's column is one of the query around,
// too.
Outcome<std::string> Lowering::first_by_text(const Scope& scope, const std::string& name,
                                             const FirstRows& first) {
  std::string count;
  add_value(Value::of_integer(static_cast<int64_t>(first.rows)), count);
  std::string sql = " FROM (SELECT " + name + " AS _at";
  TRY(add_rows_from(scope, name + " >= ''", sql));
  sql.append(" ORDER BY ").append(name).append(first.descending ? " DESC LIMIT " : " LIMIT ");
  return sql.append(count).append(") HAVING count(*)=").append(count);
}

}  // namespace prodev::query
