#include "access/policies.h"
#include "access/rules.h"
#include "access/system_tables.h"

namespace prodev::access {
namespace {

std::string upper(std::string_view word) {
  std::string text(word);
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return text;
}

// As its CREATE POLICY would say it.
std::string statement_of(const Policy& policy) {
  std::string text = "policy " + policy.name;
  if (policy.restrictive) text += " AS RESTRICTIVE";
  text += " FOR " + (policy.verb ? upper(name_of(*policy.verb)) : "ALL") + " TO ";
  bool first = true;
  for (const std::string& role : policy.roles) {
    text += (first ? "" : ", ") + role;
    first = false;
  }
  if (policy.using_condition) text += " USING (" + policy.using_condition->source + ")";
  if (policy.check_condition) text += " WITH CHECK (" + policy.check_condition->source + ")";
  return text;
}

std::string_view kind_of(bool on_view) { return on_view ? "view" : "table"; }

std::string problem_of(const Policy& policy) {
  if (!policy.table_exists)
    return "there is no " + std::string(kind_of(policy.on_view)) + " " + policy.table;
  for (const auto* condition : {&policy.using_condition, &policy.check_condition}) {
    if (*condition && !(*condition)->problem.empty())
      return (*condition)->problem + ": the expression counts as false";
  }
  return "";
}

// What is wrong with a privilege on `table`, or on one `column` of it; empty: nothing.
std::string problem_of(SystemTables& tables, const std::string& table, bool on_view,
                       const std::string& column) {
  const auto found = tables.table({table, 0});
  if (!found || found->is_view != on_view)
    return "there is no " + std::string(kind_of(on_view)) + " " + table;
  if (column.empty() || tables.column({table}, {column, 0})) return "";
  return table + " has no column " + column;
}

base::Result<void> describe_privileges(SystemTables& tables, std::vector<RuleDescription>& rules) {
  TRY_ASSIGN(db::Statement rows,
             tables.connection().prepare(
                 "SELECT table_name, verb, role, column_name, on_view FROM _prodev_privilege"
                 " LEFT JOIN _prodev_privilege_column ON privilege_id = id"
                 " ORDER BY table_name, role, verb, column_name"));
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) return {};
    RuleDescription rule;
    rule.table = rows.column_text(0);
    const std::string column(rows.column_text(3));
    rule.problem = problem_of(tables, rule.table, rows.column_int(4) != 0, column);
    if (rule.problem.empty()) continue;
    rule.rule = "privilege " + upper(rows.column_text(1)) +
                (column.empty() ? "" : " (" + column + ")") + " of " +
                std::string(rows.column_text(2));
    rules.push_back(std::move(rule));
  }
}

}  // namespace

base::Result<std::vector<RuleDescription>> describe_rules(db::Connection& connection) {
  std::vector<RuleDescription> rules;
  SystemTables tables(connection);
  TRY_ASSIGN(const bool present,
             tables.exists("SELECT 1 FROM sqlite_schema WHERE name = '_prodev_privilege'", {}));
  if (!present) return rules;
  TRY_ASSIGN(const std::vector<Policy> policies, load_policies(connection));
  for (const Policy& policy : policies)
    rules.push_back({policy.table, statement_of(policy), problem_of(policy)});
  TRY(describe_privileges(tables, rules));
  return rules;
}

}  // namespace prodev::access
