#include "rest/put.h"

#include <algorithm>

namespace prodev::rest {

namespace {

using query::Condition;
using query::Outcome;
using query::Value;

bool is_equality(const Condition& condition, std::string_view column) {
  return condition.kind == Condition::Kind::kComparison && !condition.negated &&
         condition.op == query::Operator::kEq && condition.quantifier == query::Quantifier::kNone &&
         condition.field.is_plain() && condition.field.column == column;
}

bool same_value(const Value& a, const Value& b) {
  return a.type == b.type && a.integer == b.integer && a.real == b.real && a.bytes == b.bytes;
}

tl::unexpected<query::ApiError> key_differs() {
  return query::refuse(
      {400, "PGRST115", "Payload values do not match URL in primary key column(s)"});
}

}  // namespace

Outcome<void> check_put_filters(const catalog::Table& table, const query::Read& read) {
  if (read.limit || read.offset > 0) {
    return query::refuse(
        {400, "PGRST114", "limit/offset querystring parameters are not allowed for PUT"});
  }
  const std::vector<Condition>& filters = read.where.children;
  const bool all =
      !table.primary_key.empty() &&
      std::all_of(table.primary_key.begin(), table.primary_key.end(), [&](size_t i) {
        const std::string& column = table.columns[i].name;
        return std::any_of(filters.begin(), filters.end(), [&](const Condition& condition) {
          return is_equality(condition, column);
        });
      });
  if (all && filters.size() == table.primary_key.size()) return {};
  return query::refuse(
      {405, "PGRST105",
       "Filters must include all and only primary key columns with 'eq' operators"});
}

Outcome<void> check_put_row(const Condition& where, const records::NewRows& rows) {
  if (rows.rows.size() != 1) return key_differs();
  const records::NewRow& row = rows.rows.front();
  const std::vector<const catalog::Column*>& columns = rows.shapes[row.shape];
  for (const Condition& filter : where.children) {
    const auto found = std::find_if(
        columns.begin(), columns.end(),
        [&](const catalog::Column* column) { return column->name == filter.field.column; });
    if (found == columns.end()) return key_differs();
    TRY_ASSIGN(const Value wanted, query::stored_text(**found, filter.operands.front()));
    if (!same_value(wanted, row.values[static_cast<size_t>(found - columns.begin())]))
      return key_differs();
  }
  return {};
}

}  // namespace prodev::rest
