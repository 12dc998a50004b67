#include "access/policies.h"

#include "access/row_number.h"
#include "access/system_tables.h"

namespace prodev::access {
namespace {

constexpr std::string_view kSelect =
    "SELECT id, table_name, name, verb, restrictive, using_expression, check_expression,"
    " EXISTS (SELECT 1 FROM sqlite_schema s WHERE s.type = iif(on_view, 'view', 'table')"
    "   AND s.name = table_name COLLATE NOCASE), on_view"
    " FROM _prodev_policy ORDER BY table_name, name";

std::optional<Condition> condition_at(const db::Statement& row, int column) {
  if (row.column_is_null(column)) return std::nullopt;
  return Condition{std::string(row.column_text(column)), {}, {}};
}

// A condition that fits no longer (a column was dropped) must not open anything, and must not make
// every statement on the table fail.
base::Result<void> lower(db::Connection& connection, const std::string& table,
                         std::optional<Condition>& condition) {
  if (!condition) return {};
  db::StatementResult<LoweredExpression> lowered =
      lower_for_table(connection, table, condition->source);
  db::StatementResult<void> outcome;
  if (lowered) {
    outcome = check_expression(connection, table, *lowered);
  } else {
    outcome = tl::make_unexpected(lowered.error());
  }
  if (outcome) {
    condition->lowered = std::move(*lowered);
    return {};
  }
  // A damaged table closes itself, and none of the others.
  const base::Code code = outcome.error().error.code;
  if (code != base::Code::kBadInput && code != base::Code::kCorrupt)
    return tl::make_unexpected(outcome.error().error);
  condition->problem = outcome.error().error.message;
  condition->lowered.sql = "0";
  return {};
}

base::Result<std::vector<Policy>> read_policies(SystemTables& tables) {
  std::vector<Policy> policies;
  TRY_ASSIGN(db::Statement rows, tables.connection().prepare(kSelect));
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) return policies;
    Policy policy;
    policy.table = rows.column_text(1);
    policy.name = rows.column_text(2);
    policy.verb = verb_named(rows.column_text(3));
    policy.restrictive = rows.column_int(4) != 0;
    policy.using_condition = condition_at(rows, 5);
    policy.check_condition = condition_at(rows, 6);
    policy.table_exists = rows.column_int(7) != 0;
    policy.on_view = rows.column_int(8) != 0;
    TRY_ASSIGN(const std::vector<std::string> roles,
               tables.strings("SELECT role FROM _prodev_policy_role WHERE policy_id = ?1",
                              {rows.column_text(0)}));
    policy.roles.insert(roles.begin(), roles.end());
    policies.push_back(std::move(policy));
  }
}

}  // namespace

base::Result<std::vector<Policy>> load_policies(db::Connection& connection) {
  std::vector<Policy> policies;
  SystemTables tables(connection);
  TRY_ASSIGN(const bool present,
             tables.exists("SELECT 1 FROM sqlite_schema WHERE name = '_prodev_policy_role'", {}));
  if (!present) return policies;
  TRY_ASSIGN(policies, read_policies(tables));
  for (Policy& policy : policies) {
    if (!policy.table_exists) continue;
    TRY(lower(connection, policy.table, policy.using_condition));
    TRY(lower(connection, policy.table, policy.check_condition));
  }
  return policies;
}

}  // namespace prodev::access
