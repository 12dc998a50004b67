#include "cli/doctor_schema.h"

#include <filesystem>
#include <map>
#include <optional>

#include "access/policies.h"
#include "access/privileges.h"
#include "access/rules.h"
#include "access/system_tables.h"
#include "catalog/catalog.h"
#include "db/sql_tokens.h"
#include "db/system_schema.h"
#include "server/database_file.h"

namespace prodev::cli {
namespace {

namespace fs = std::filesystem;

// The first few, and how many more.
std::string list(const std::vector<std::string>& items) {
  constexpr size_t kShown = 5;
  std::string text;
  for (size_t i = 0; i < items.size() && i < kShown; ++i) text += (i > 0 ? ", " : "") + items[i];
  if (items.size() > kShown) text += " and " + std::to_string(items.size() - kShown) + " more";
  return text;
}

std::string sql_name(std::string_view name) {
  std::string text;
  db::append_name(text, name);
  return text;
}

struct Scan {
  std::string step;      // "SCAN note"; empty: there is none
  bool per_row = false;  // a subquery runs again for each row
};

// The first step of the plan of `sql` that goes through a whole table.
base::Result<Scan> scan_of(db::Connection& connection, const std::string& sql) {
  TRY_ASSIGN(db::Statement plan, connection.prepare("EXPLAIN QUERY PLAN " + sql));
  Scan scan;
  for (;;) {
    TRY_ASSIGN(const bool row, plan.step());
    if (!row) return scan;
    const std::string_view detail = plan.column_text(3);
    scan.per_row = scan.per_row || detail.starts_with("CORRELATED ");
    // A virtual table's plan is its module's own affair.
    if (scan.step.empty() && detail.starts_with("SCAN ") && !detail.starts_with("SCAN CONSTANT") &&
        detail.find("VIRTUAL TABLE") == std::string_view::npos)
      scan.step = detail;
  }
}

bool opens(const access::Rules& rules, const std::string& role, const std::string& table) {
  for (const access::Verb verb : access::kVerbs) {
    const access::Rights& rights = rules.rights(role, table, verb);
    const std::string& sql = verb == access::Verb::kInsert ? rights.check_sql : rights.using_sql;
    if (rights.permitted && sql != "(0)") return true;
  }
  return false;
}

struct ForeignKey {
  std::string table;
  std::string columns;    // "a, b", quoted
  std::string condition;  // "a = ?1 AND b = ?2", quoted
};

base::Result<std::vector<ForeignKey>> load_foreign_keys(db::Connection& connection) {
  TRY_ASSIGN(db::Statement rows,
             connection.prepare("SELECT m.name, f.id, f.\"from\" FROM sqlite_schema m,"
                                " pragma_foreign_key_list(m.name) f WHERE m.type = 'table'"
                                " ORDER BY m.name, f.id, f.seq"));
  std::map<std::pair<std::string, int64_t>, ForeignKey> keys;
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) break;
    const std::string table(rows.column_text(0));
    if (db::is_system_table(table)) continue;
    ForeignKey& key = keys[{table, rows.column_int(1)}];
    key.table = table;
    const std::string column = sql_name(rows.column_text(2));
    key.columns += (key.columns.empty() ? "" : ", ") + column;
    key.condition += (key.condition.empty() ? "" : " AND ") + column + " = ?";
  }
  std::vector<ForeignKey> list;
  for (auto& [id, key] : keys) list.push_back(std::move(key));
  return list;
}

// Why nothing else can be told of a database whose system tables this version does not read.
std::optional<Finding> check_version(db::Connection& connection) {
  const auto state = db::system_tables_state(connection);
  if (!state) return Finding{Grade::kFail, "database", state.error().message, ""};
  if (*state == db::SystemTablesState::kEarlier) {
    return Finding{Grade::kWarn, "database",
                   "it was made by an earlier prodev, so that its rules "
                   "cannot be looked at yet",
                   "prodev migrate, or the next start, upgrades it after making a copy"};
  }
  if (*state == db::SystemTablesState::kLater) {
    return Finding{Grade::kFail, "database", "it was last used by a later prodev",
                   "use that version or a later one"};
  }
  return std::nullopt;
}

using Check = base::Result<Finding> (*)(db::Connection&);

}  // namespace

base::Result<Finding> check_rules(db::Connection& connection) {
  TRY_ASSIGN(const std::vector<access::RuleDescription> rules, access::describe_rules(connection));
  std::vector<std::string> problems;
  for (const access::RuleDescription& rule : rules) {
    if (!rule.problem.empty()) problems.push_back(rule.rule + ": " + rule.problem);
  }
  if (problems.empty()) return Finding{Grade::kOk, "access rules", "all fit the schema", ""};
  return Finding{
      Grade::kWarn, "access rules", list(problems),
      "drop them (DROP POLICY, REVOKE) or mend them (ALTER POLICY) in a new schema file"};
}

base::Result<Finding> check_left_out(db::Connection& connection) {
  TRY_ASSIGN(const auto catalog, catalog::Catalog::load(connection));
  if (catalog->problems().empty())
    return Finding{Grade::kOk, "schema", "all that it names is there", ""};
  return Finding{Grade::kWarn, "schema", list(catalog->problems()),
                 "drop, replace or mend them in a new schema file"};
}

base::Result<Finding> check_closed_tables(db::Connection& connection) {
  TRY_ASSIGN(const auto rules, access::Rules::load(connection));
  TRY_ASSIGN(const access::Roles roles, access::Roles::load(connection));
  TRY_ASSIGN(const std::vector<std::string> tables,
             access::SystemTables(connection)
                 .strings("SELECT name FROM pragma_table_list WHERE schema = 'main'"
                          " AND type IN ('table', 'view', 'virtual') ORDER BY name",
                          {}));
  std::vector<std::string> closed;
  for (const std::string& table : tables) {
    if (db::is_system_table(table)) continue;
    bool open = false;
    for (const std::string& role : roles.names())
      open |= role != access::kServiceRole && opens(*rules, role, table);
    if (!open) closed.push_back(table);
  }
  if (closed.empty()) return Finding{Grade::kOk, "closed tables", "none", ""};
  return Finding{Grade::kOk, "closed tables", "only service_role can use " + list(closed),
                 "if clients should: CREATE POLICY ... ON " + closed[0] + " ... USING (...)"};
}

base::Result<Finding> check_policy_scans(db::Connection& connection) {
  TRY_ASSIGN(const std::vector<access::Policy> policies, access::load_policies(connection));
  std::vector<std::string> scans;
  bool per_row = false;
  for (const access::Policy& policy : policies) {
    const auto& condition = policy.using_condition;
    // One that is about the rows alone ("published") lets most of them through: reading them all is
    // what it takes.
    if (policy.restrictive || !policy.table_exists || !condition ||
        !condition->lowered.uses_identity)
      continue;
    TRY_ASSIGN(const Scan scan, scan_of(connection, "SELECT 1 FROM " + sql_name(policy.table) +
                                                        " WHERE (" + condition->lowered.sql + ")"));
    if (scan.step.empty()) continue;
    scans.push_back("policy " + policy.name + " on " + policy.table + " (" + scan.step + ")");
    per_row = per_row || scan.per_row;
  }
  if (scans.empty())
    return Finding{Grade::kOk, "policy indexes",
                   "no policy reads a whole table to find a user's rows", ""};
  // No index serves EXISTS (SELECT ... WHERE x = t.c): it is asked of each row.
  return Finding{Grade::kWarn, "policy indexes", "reads a whole table: " + list(scans),
                 per_row ? "write EXISTS as column IN (SELECT ... WHERE ... = auth.uid()), which "
                           "an index on the column serves"
                         : "make an index on the column that is compared with auth.uid()"};
}

base::Result<Finding> check_foreign_keys(db::Connection& connection) {
  TRY_ASSIGN(const std::vector<ForeignKey> keys, load_foreign_keys(connection));
  std::vector<std::string> missing;
  std::string fix;
  for (const ForeignKey& key : keys) {
    TRY_ASSIGN(const Scan scan, scan_of(connection, "SELECT 1 FROM " + sql_name(key.table) +
                                                        " WHERE " + key.condition));
    if (scan.step.empty()) continue;
    missing.push_back(key.table + " (" + key.columns + ")");
    if (fix.empty()) fix = "CREATE INDEX ... ON " + sql_name(key.table) + " (" + key.columns + ")";
  }
  if (keys.empty()) return Finding{Grade::kOk, "foreign keys", "there are none", ""};
  if (missing.empty())
    return Finding{Grade::kOk, "foreign keys",
                   "each of " + std::to_string(keys.size()) + " has an index", ""};
  return Finding{Grade::kWarn, "foreign keys", "without an index: " + list(missing), fix};
}

std::vector<Finding> check_schema(const config::Settings& settings) {
  const std::string path = config::effective_db_file(settings);
  const base::Result<bool> is_there = server::has_database(settings);
  if (!is_there) return {{Grade::kFail, "database", is_there.error().message, ""}};
  if (!*is_there && !settings.db_file.empty())
    return {{Grade::kFail, "database", "there is no database file " + path,
             "name one with --db, or leave --db out to use prodev.db in the data folder"}};
  if (!*is_there)
    return {{Grade::kOk, "database", "there is none yet: prodev migrate makes it", ""}};
  auto connection = db::Connection::open(path, db::OpenMode::kReadOnly);
  if (!connection) return {{Grade::kFail, "database", connection.error().message, ""}};
  if (auto version = check_version(*connection)) return {std::move(*version)};
  std::vector<Finding> findings;
  for (const Check check :
       {&check_rules, &check_left_out, &check_closed_tables, &check_policy_scans,
        &check_foreign_keys, &check_text_search, &check_uuids}) {
    base::Result<Finding> finding = check(*connection);
    if (!finding) return {{Grade::kFail, "database", finding.error().message, ""}};
    findings.push_back(std::move(*finding));
  }
  return findings;
}

}  // namespace prodev::cli
