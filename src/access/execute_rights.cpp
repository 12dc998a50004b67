#include "access/execute_rights.h"

#include "access/system_tables.h"

namespace prodev::access {

base::Result<ExecuteRights> ExecuteRights::load(db::Connection& connection) {
  ExecuteRights rights;
  TRY_ASSIGN(
      const bool present,
      SystemTables(connection)
          .exists("SELECT 1 FROM sqlite_schema WHERE name = '_prodev_function_privilege'", {}));
  if (!present) return rights;
  TRY_ASSIGN(
      db::Statement rows,
      connection.prepare("SELECT function_id, role, granted FROM _prodev_function_privilege"));
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) return rights;
    rights.said_[{rows.column_int(0), std::string(rows.column_text(1))}] = rows.column_int(2) != 0;
  }
}

std::optional<bool> ExecuteRights::said(const std::string& role, int64_t function) const {
  const auto found = said_.find({function, role});
  if (found == said_.end()) return std::nullopt;
  return found->second;
}

// `seen` keeps each role from being asked twice: roles may be reached on many ways.
std::optional<bool> ExecuteRights::find_above(const Roles& roles, const std::string& role,
                                              int64_t function, std::set<std::string>& seen) const {
  std::optional<bool> answer = said(role, function);
  if (answer) return answer;
  for (const std::string& above : roles.direct(role)) {
    if (!seen.insert(above).second) continue;
    const std::optional<bool> one = find_above(roles, above, function, seen);
    if (one) answer = answer.value_or(false) || *one;
  }
  return answer;
}

bool ExecuteRights::may_execute(const Roles& roles, const std::string& role,
                                int64_t function) const {
  if (role == kServiceRole) return true;
  std::set<std::string> seen = {role};
  if (const std::optional<bool> answer = find_above(roles, role, function, seen)) return *answer;
  return said(std::string(kPublic), function).value_or(false);
}

std::set<int64_t> ExecuteRights::functions() const {
  std::set<int64_t> functions;
  for (const auto& [key, granted] : said_) functions.insert(key.first);
  return functions;
}

}  // namespace prodev::access
