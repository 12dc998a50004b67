#include "cli/schema_difference.h"

namespace prodev::cli {
namespace {

// Each gives a name and what it stands for. A name takes its own line in the output.
constexpr const char* kObjects =
    // Tables by name alone: their columns follow, and keep the difference small.
    "SELECT type || ' ' || name, CASE type WHEN 'table' THEN '' ELSE sql END FROM sqlite_schema"
    " WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    "   AND tbl_name NOT LIKE '\\_%' ESCAPE '\\'";

constexpr const char* kColumns =
    "SELECT 'column ' || m.name || '.' || c.name,"
    " trim(c.type || iif(c.\"notnull\", ' NOT NULL', '') || iif(c.pk, ' PRIMARY KEY', '') ||"
    "   coalesce(' DEFAULT ' || c.dflt_value, '') || coalesce(' REFERENCES ' || f.\"table\" ||"
    "   coalesce(' (' || f.\"to\" || ')', ''), ''))"
    " FROM sqlite_schema m JOIN pragma_table_xinfo(m.name) c"
    " LEFT JOIN pragma_foreign_key_list(m.name) f ON f.\"from\" = c.name"
    " WHERE m.type = 'table' AND c.hidden <> 1 AND m.name NOT LIKE '\\_%' ESCAPE '\\'"
    "   AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";

constexpr const char* kRoles =
    "SELECT 'role ' || name, coalesce((SELECT 'in ' || group_concat(role, ', ') FROM"
    " (SELECT role FROM _prodev_role_member WHERE member = name ORDER BY role)), '') FROM "
    "_prodev_role";

constexpr const char* kPolicies =
    "SELECT 'policy ' || name || ' on ' || table_name,"
    " iif(restrictive, 'AS RESTRICTIVE ', '') || 'FOR ' || upper(verb) || ' TO ' ||"
    " (SELECT group_concat(role, ', ') FROM"
    "   (SELECT role FROM _prodev_policy_role WHERE policy_id = id ORDER BY role)) ||"
    " coalesce(' USING (' || using_expression || ')', '') ||"
    " coalesce(' WITH CHECK (' || check_expression || ')', '') FROM _prodev_policy";

constexpr const char* kPrivileges =
    "SELECT 'privilege ' || upper(verb) || ' on ' || table_name || ' of ' || role,"
    " CASE scope WHEN 'table' THEN 'granted' WHEN 'none' THEN 'revoked' ELSE"
    " (SELECT '(' || group_concat(column_name, ', ') || ')' FROM (SELECT column_name"
    "   FROM _prodev_privilege_column WHERE privilege_id = id ORDER BY column_name)) END FROM "
    "_prodev_privilege";

constexpr const char* kFunctions =
    "SELECT 'function ' || signature, '(' || coalesce((SELECT"
    "   group_concat(coalesce(name || ' ', '') || type || iif(is_array, '[]', '') ||"
    "     coalesce(' DEFAULT ' || default_value, ''), ', ')"
    "   FROM (SELECT * FROM _prodev_function_argument WHERE function_id = id ORDER BY position)), "
    "'') ||"
    " ') RETURNS ' || iif(returns_set, 'SETOF ', '') ||"
    " coalesce(returns_type || iif(returns_array, '[]', ''), iif(returns = 'void', 'void', '(' ||"
    " (SELECT group_concat(name || ' ' || type || iif(is_array, '[]', ''), ', ') FROM"
    "   (SELECT * FROM _prodev_function_column WHERE function_id = id ORDER BY position)) || ')')) "
    "||"
    " iif(strict, ' STRICT ', ' ') || upper(volatility) || ' AS ' || body FROM _prodev_function";

constexpr const char* kExecute =
    "SELECT 'privilege EXECUTE on ' || signature || ' of ' || role,"
    " iif(granted, 'granted', 'revoked') FROM _prodev_function_privilege JOIN _prodev_function ON "
    "id = "
    "function_id";

// On one line.
std::string flattened(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool space = c == '\n' || c == '\r' || c == '\t' || c == ' ';
    if (!space) line += c;
    if (space && !line.empty() && line.back() != ' ') line += ' ';
  }
  return line;
}

base::Result<void> load(db::Connection& connection, const char* sql, SchemaParts& parts) {
  TRY_ASSIGN(db::Statement rows, connection.prepare(sql));
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) return {};
    parts[std::string(rows.column_text(0))] = flattened(rows.column_text(1));
  }
}

}  // namespace

base::Result<SchemaParts> load_schema_parts(db::Connection& connection) {
  SchemaParts parts;
  for (const char* sql : {kObjects, kColumns, kRoles, kPolicies, kPrivileges, kFunctions, kExecute})
    TRY(load(connection, sql, parts));
  return parts;
}

std::vector<std::string> difference(const SchemaParts& before, const SchemaParts& after) {
  std::vector<std::string> lines;
  const auto line = [](const char* sign, const std::string& name, const std::string& what) {
    return sign + name + (what.empty() ? "" : " " + what);
  };
  for (const auto& [name, what] : before) {
    const auto now = after.find(name);
    if (now == after.end()) {
      lines.push_back(line("- ", name, what));
    } else if (now->second != what) {
      lines.push_back("~ " + name + ": " + what + " -> " + now->second);
    }
  }
  for (const auto& [name, what] : after) {
    if (!before.contains(name)) lines.push_back(line("+ ", name, what));
  }
  return lines;
}

}  // namespace prodev::cli
