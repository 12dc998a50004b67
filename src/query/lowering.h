// Lowering: the state of one lowering, shared by the files lower_*.cpp.
#pragma once

#include <string>
#include <string_view>

#include "query/lower.h"

namespace prodev::query {

class Lowering {
 public:
  // `readable`: what of `table` the caller may name in conditions, orders and results.
  Lowering(const catalog::Table& table, const Guard& readable) : table_(table), guard_(readable) {}

  Outcome<void> add_condition(const Condition& condition);
  // " WHERE ...", with the guard's rows, `more_rows` (an expression; may be empty) and `after`;
  // nothing when every row passes.
  Outcome<void> add_where(const Condition& condition, std::string_view more_rows = {},
                          const Condition& after = {});
  // The list of results, each noted in query.columns.
  Outcome<void> add_results(const std::vector<SelectItem>& items);
  // The columns of `order`, behind the results, each noted in query.keys.
  Outcome<void> add_keys(const std::vector<OrderItem>& order);
  Outcome<void> add_order(const std::vector<OrderItem>& order);
  // A parameter for `value`.
  void add_value(Value value);

  // The column called `name`, when the caller may read it.
  Outcome<const catalog::Column*> readable_column(std::string_view name) const;

  std::string& sql() { return query.sql; }

  LoweredQuery query;

 private:
  Outcome<void> add_comparison(const Condition& condition);
  Outcome<void> add_is(const catalog::Column& column, const std::string& operand);
  Outcome<void> add_pattern(const catalog::Column& column, const Condition& condition);
  Outcome<void> add_list(const catalog::Column& column, const Condition& condition);
  Outcome<void> add_result(const catalog::Column& column, const SelectItem& item);

  const catalog::Table& table_;
  const Guard& guard_;
};

}  // namespace prodev::query
