#include "records/estimate.h"

#include <algorithm>
#include <cmath>

#include "catalog/rowid.h"
#include "db/sql_tokens.h"

namespace prodev::records {

namespace {

using catalog::Column;
using catalog::Index;
using catalog::Table;
using query::Condition;
using query::Operator;

constexpr double kEqual = 0.005;  // of the rows equal a value
constexpr double kLess = 1.0 / 3;
constexpr double kMatch = 0.005;
constexpr double kNull = 0.005;

class Estimate {
 public:
  Estimate(const Table& table, uint64_t rows)
      : table_(table), rows_(static_cast<double>(std::max<uint64_t>(rows, 1))) {}

  // The share of the rows that pass.
  double share(const Condition& condition) const {
    double passing = 0;
    switch (condition.kind) {
      case Condition::Kind::kAll:
        passing = share_of_all(condition.children);
        break;
      case Condition::Kind::kAny:
        passing = share_of_any(condition.children);
        break;
      case Condition::Kind::kComparison:
        passing = share_of_comparison(condition);
        break;
    }
    return condition.negated ? 1 - passing : passing;
  }

 private:
  double share_of_all(const std::vector<Condition>& conditions) const {
    double passing = 1;
    for (const Condition& condition : conditions) passing *= share(condition);
    return fixes_a_row(conditions) ? std::min(passing, 1 / rows_) : passing;
  }

  double share_of_any(const std::vector<Condition>& conditions) const {
    double failing = 1;
    for (const Condition& condition : conditions) failing *= 1 - share(condition);
    return 1 - failing;
  }

  double share_of_comparison(const Condition& condition) const {
    const Column* column = table_.find_column(condition.field.column);
    if (column == nullptr) return 1;
    if (!condition.field.is_plain()) return kEqual;
    switch (condition.op) {
      case Operator::kEq:
        return equal(*column);
      case Operator::kNeq:
      case Operator::kIsDistinct:
        return 1 - equal(*column);
      case Operator::kGt:
      case Operator::kGte:
      case Operator::kLt:
      case Operator::kLte:
        return kLess;
      case Operator::kIn:
        return std::min(1.0, equal(*column) * static_cast<double>(condition.operands.size()));
      case Operator::kIs:
        return is(*column, condition.operands.front());
      default:
        return kMatch;
    }
  }

  double is(const Column& column, const std::string& word) const {
    const double nulls = column.not_null ? 0 : kNull;
    if (word == "null" || word == "unknown") return nulls;
    return word == "not_null" ? 1 - nulls : 0.5;
  }

  double equal(const Column& column) const {
    if (is_unique({column.name})) return 1 / rows_;
    for (const Index& index : table_.indexes) {
      if (index.partial || index.rows_per_key.empty() || index.columns.front() != column.name)
        continue;
      return std::min(1.0, static_cast<double>(index.rows_per_key.front()) / rows_);
    }
    if (column.kind == catalog::ValueKind::kBoolean) return 0.5;
    if (!column.allowed.empty()) return 1.0 / static_cast<double>(column.allowed.size());
    return kEqual;
  }

  // Whether the conditions name one value for each column of some key.
  bool fixes_a_row(const std::vector<Condition>& conditions) const {
    std::vector<std::string> fixed;
    for (const Condition& condition : conditions) {
      if (condition.kind == Condition::Kind::kComparison && !condition.negated &&
          condition.op == Operator::kEq && condition.quantifier == query::Quantifier::kNone &&
          condition.field.is_plain())
        fixed.push_back(condition.field.column);
    }
    return fixed.size() > 1 && is_unique(fixed);
  }

  // Whether some key is made of some of `columns`.
  bool is_unique(const std::vector<std::string>& columns) const {
    const auto named = [&](const std::string& name) {
      return std::find(columns.begin(), columns.end(), name) != columns.end();
    };
    const bool by_key = !table_.primary_key.empty() &&
                        std::all_of(table_.primary_key.begin(), table_.primary_key.end(),
                                    [&](size_t i) { return named(table_.columns[i].name); });
    return by_key ||
           std::any_of(table_.indexes.begin(), table_.indexes.end(), [&](const Index& index) {
             return index.unique && !index.partial &&
                    std::all_of(index.columns.begin(), index.columns.end(), named);
           });
  }

  const Table& table_;
  const double rows_;
};

}  // namespace

std::string largest_rowid_sql(const Table& table) {
  const std::string_view name = catalog::rowid_name(table);
  if (name.empty()) return {};
  std::string sql = "SELECT max(" + std::string(name) + ") FROM ";
  db::append_name(sql, table.name);
  return sql;
}

bool may_estimate(const Table& table, const query::Guard& guard) {
  const bool known = table.estimated_rows || !catalog::rowid_name(table).empty();
  return known && guard.rows.empty();
}

uint64_t estimate_rows(const Table& table, const Condition& where, uint64_t rows) {
  const double share = Estimate(table, rows).share(where);
  const double found = static_cast<double>(rows) * std::clamp(share, 0.0, 1.0);
  return static_cast<uint64_t>(std::llround(std::ceil(found)));
}

}  // namespace prodev::records
