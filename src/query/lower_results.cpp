#include <algorithm>
#include <map>

#include "query/lowering.h"

namespace prodev::query {

namespace {

using catalog::Column;
using catalog::Table;
using catalog::ValueKind;

bool is_number(ValueKind kind) {
  return kind == ValueKind::kInteger || kind == ValueKind::kReal || kind == ValueKind::kNumeric ||
         kind == ValueKind::kAny;
}

Outcome<void> check_argument(Aggregate aggregate, ValueKind kind) {
  const bool sums = aggregate == Aggregate::kSum || aggregate == Aggregate::kAvg;
  const bool fits =
      sums ? is_number(kind) : kind != ValueKind::kBoolean && kind != ValueKind::kJson;
  if (aggregate == Aggregate::kCount || fits) return {};
  return refuse(
      {404,
       "42883",
       "function " + std::string(aggregate_name(aggregate)) + "(" +
           std::string(catalog::type_name(kind)) + ") does not exist",
       {},
       "Cast the value first: column::numeric." + std::string(aggregate_name(aggregate)) + "()"});
}

ValueKind result_kind(Aggregate aggregate, ValueKind argument) {
  switch (aggregate) {
    case Aggregate::kCount:
      return ValueKind::kInteger;
    case Aggregate::kAvg:
      return ValueKind::kReal;
    default:
      return argument;
  }
}

// `count` without parentheses counted rows before there were aggregates, and still does.
bool is_old_count(const Table& table, const SelectItem& item) {
  return !item.embed && item.aggregate == Aggregate::kNone && item.field.is_plain() &&
         item.field.column == "count" && table.find_column("count") == nullptr;
}

bool has_aggregates(const Read& read) {
  return std::any_of(read.select.begin(), read.select.end(), [&](const SelectItem& item) {
    if (!item.embed) return item.aggregate != Aggregate::kNone;
    const Embed& embed = read.embeds[*item.embed];
    return embed.spread && has_aggregates(embed.read);
  });
}

// The name that a path gives its value: the last step that is no index.
std::string name_of(const Field& field) {
  for (auto step = field.path.rbegin(); step != field.path.rend(); ++step) {
    if (!step->is_index) return step->key;
  }
  return field.column;
}

std::string name_of(const SelectItem& item) {
  if (!item.alias.empty()) return item.alias;
  if (item.aggregate != Aggregate::kNone) return std::string(aggregate_name(item.aggregate));
  return name_of(item.field);
}

}  // namespace

std::string_view aggregate_name(Aggregate aggregate) {
  static constexpr std::string_view kNames[] = {"", "count", "sum", "avg", "min", "max"};
  return kNames[static_cast<size_t>(aggregate)];
}

void Results::end(OutputColumn column, bool is_aggregate) {
  columns.push_back(std::move(column));
  ends.push_back(sql.size());
  if (!grouped || is_aggregate) return;
  if (!grouping.empty()) grouping += ',';
  // Equal times are one group, in one of their spellings.
  if (is_time(columns.back().kind)) {
    grouping.append("_time_key(").append(expression(columns.size() - 1)).append(")");
  } else {
    grouping += std::to_string(columns.size());
  }
}

void Results::end_unaggregated(OutputColumn column, const SelectItem& item) {
  end(std::move(column), true);
  aggregates.emplace(columns.size() - 1, item);
}

std::string_view Results::expression(size_t i) const {
  const size_t start = i == 0 ? 0 : ends[i - 1] + 1;
  return std::string_view(sql).substr(start, ends[i] - start);
}

bool is_grouped(const Table& table, const Read& read) {
  return has_aggregates(read) ||
         std::any_of(read.select.begin(), read.select.end(),
                     [&](const SelectItem& item) { return is_old_count(table, item); });
}

Outcome<void> apply_aggregate(const SelectItem& item, Typed& typed, std::string& sql) {
  TRY(check_argument(item.aggregate, typed.kind));
  const bool of_times = (item.aggregate == Aggregate::kMin || item.aggregate == Aggregate::kMax) &&
                        is_time(typed.kind);
  sql = (of_times ? "_time_" : "") + std::string(aggregate_name(item.aggregate)) + "(" + sql + ")";
  typed = {result_kind(item.aggregate, typed.kind), false};
  if (item.aggregate_cast.empty()) return {};
  TRY_ASSIGN(const Cast* cast, find_cast(item.aggregate_cast));
  sql = cast_to(*cast, sql, typed.kind);
  typed.kind = cast->kind;
  return {};
}

Outcome<void> Lowering::add_item(const Scope& scope, const SelectItem& item, Results& results) {
  const bool old_count = is_old_count(scope.table, item);
  if (old_count || (item.field.column.empty() && item.aggregate == Aggregate::kCount)) {
    SelectItem count = item;
    count.aggregate = Aggregate::kCount;
    if (scope.spread) {
      // The rows of the parent that have one: where there is none, the subquery is NULL.
      results.begin();
      results.sql += '1';
      results.end_unaggregated({name_of(count), ValueKind::kInteger, false}, count);
      return {};
    }
    std::string sql = "*";
    Typed typed;
    TRY(apply_aggregate(count, typed, sql));
    results.begin();
    results.sql += sql;
    results.end({name_of(count), typed.kind, false}, true);
    return {};
  }
  results.begin();
  if (item.cast.empty() && item.aggregate == Aggregate::kNone) {
    TRY_ASSIGN(const Typed typed, add_field(scope, item.field, results.sql));
    results.end({name_of(item), typed.kind, typed.always_json});
    return {};
  }
  std::string sql;
  Field field = item.field;
  // A cast takes a JSON string without its quotes.
  if (!item.cast.empty() && !field.is_plain()) field.as_text = true;
  TRY_ASSIGN(Typed typed, add_field(scope, field, sql));
  if (!item.cast.empty()) {
    TRY_ASSIGN(const Cast* cast, find_cast(item.cast));
    sql = cast_to(*cast, sql, typed.kind);
    typed = {cast->kind, false};
  }
  const bool is_aggregate = item.aggregate != Aggregate::kNone;
  if (is_aggregate && scope.spread) {
    results.sql += sql;
    results.end_unaggregated({name_of(item), typed.kind, typed.always_json}, item);
    return {};
  }
  if (is_aggregate) TRY(apply_aggregate(item, typed, sql));
  results.sql += sql;
  results.end({name_of(item), typed.kind, typed.always_json}, is_aggregate);
  return {};
}

Outcome<void> check_repetition(const Table& table, const Read& read) {
  constexpr size_t kMost = 8;
  const std::vector<SelectItem>& select = read.select;
  if (select.size() <= kMost) return {};
  std::map<std::string, size_t> times;
  for (const SelectItem& item : select) {
    if (item.embed || item.aggregate != Aggregate::kNone) continue;
    std::string value = item.field.column;
    for (const JsonStep& step : item.field.path) value += "->" + step.key;
    if (++times[value] > kMost) {
      return refuse({400, "54011",
                     "column " + table.name + "." + item.field.column + " is selected more than " +
                         std::to_string(kMost) + " times"});
    }
  }
  return {};
}

Outcome<Results> Lowering::results_of(const Scope& scope, bool star) {
  static const std::vector<SelectItem> kEverything = [] {
    std::vector<SelectItem> everything(1);
    everything.front().field.column = "*";
    return everything;
  }();
  TRY(check_repetition(scope.table, scope.read));
  Results results;
  results.grouped = !scope.spread && is_grouped(scope.table, scope.read);
  const bool all = star && scope.read.select.empty();
  for (const SelectItem& item : all ? kEverything : scope.read.select) {
    TRY(check_columns(results));
    const size_t before = results.sql.size();
    if (item.embed) {
      const Embed& embed = scope.read.embeds[*item.embed];
      TRY(embed.spread ? add_spread(scope, embed, results) : add_embed(scope, embed, results));
      continue;
    }
    if (item.field.column != "*" || item.aggregate != Aggregate::kNone) {
      TRY(add_item(scope, item, results));
      TRY(count_written(results.sql.size() - before));
      continue;
    }
    results.columns.reserve(results.columns.size() + scope.table.columns.size());
    for (const Column& column : scope.table.columns) {
      if (column.hidden || !scope.guard.allows(column)) continue;
      results.begin();
      add_column(scope, column, results.sql);
      results.end({column.name, column.kind, column.always_json});
    }
    TRY(count_written(results.sql.size() - before));
  }
  return results;
}

}  // namespace prodev::query
