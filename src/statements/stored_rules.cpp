#include "statements/stored_rules.h"

#include <algorithm>

#include "catalog/functions.h"
#include "text/ascii.h"

namespace prodev::statements {
namespace {

// Where the name of a table or view stands.
constexpr std::string_view kSaid[] = {
    "_prodev_policy SET table_name = ?2 WHERE table_name = ?1",
    "_prodev_privilege SET table_name = ?2 WHERE table_name = ?1",
    "_prodev_comment SET name = ?2 WHERE name = ?1 AND kind <> 'function'",
};

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& one) { return text::equal_ignoring_case(one, name); });
}

}  // namespace

base::Result<bool> StoredRules::present() {
  return tables_.exists("SELECT 1 FROM sqlite_schema WHERE name = '_prodev_comment'", {});
}

base::Result<void> StoredRules::rename(std::string_view from, std::string_view to) {
  for (const std::string_view said : kSaid)
    TRY(tables_.run("UPDATE " + std::string(said), {from, to}));
  return rename_types(from, to);
}

base::Result<void> StoredRules::merge(std::string_view from, std::string_view to) {
  TRY_ASSIGN(const std::vector<std::string> lost,
             tables_.strings("SELECT name FROM _prodev_policy AS old WHERE table_name = ?1"
                             " AND restrictive AND EXISTS (SELECT 1 FROM _prodev_policy AS new"
                             " WHERE new.table_name = ?2 AND new.name = old.name"
                             " AND NOT new.restrictive)",
                             {from, to}));
  if (!lost.empty()) {
    return base::fail(base::Code::kConflict,
                      std::string(to) + " was made anew, and its policy " + lost.front() +
                          " was restrictive before and is permissive now: give the new policy "
                          "another name, or DROP POLICY " +
                          lost.front() + " before the old table goes");
  }
  for (const std::string_view said : kSaid)
    TRY(tables_.run("UPDATE OR IGNORE " + std::string(said), {from, to}));
  TRY(end(from));
  return {};
}

base::Result<void> StoredRules::rename_types(std::string_view from, std::string_view to) {
  TRY(
      tables_.run("UPDATE _prodev_function SET returns_type = ?2"
                  " WHERE returns = 'table' AND returns_type = ?1 COLLATE NOCASE",
                  {from, to}));
  TRY(
      tables_.run("UPDATE _prodev_function_argument SET type = ?2"
                  " WHERE is_row AND type = ?1 COLLATE NOCASE",
                  {from, to}));
  return remake_signatures();
}

base::Result<void> StoredRules::remake_signatures() {
  TRY_ASSIGN(const auto functions, catalog::load_definitions(tables_.connection()));
  for (const catalog::FunctionDefinition& function : functions) {
    TRY(tables_.run(
        "UPDATE _prodev_function SET signature = ?2 WHERE id = ?1 + 0 AND signature <> ?2",
        {std::to_string(function.id), function.signature()}));
  }
  return {};
}

base::Result<void> StoredRules::rename_columns(std::string_view table,
                                               const std::map<std::string, std::string>& names) {
  constexpr std::string_view kColumns[] = {
      "_prodev_privilege_column SET column_name = ?3 WHERE column_name = ?2 AND privilege_id IN"
      " (SELECT id FROM _prodev_privilege WHERE table_name = ?1)",
      "_prodev_comment SET column_name = ?3 WHERE column_name = ?2 AND name = ?1"
      " AND kind = 'column'",
  };
  for (const std::string_view columns : kColumns) {
    const std::string update = "UPDATE " + std::string(columns);
    for (const auto& [from, to] : names)
      TRY(tables_.run(update, {table, from, placeholder_name(to)}));
    for (const auto& [from, to] : names)
      TRY(tables_.run(update, {table, placeholder_name(to), to}));
  }
  return {};
}

base::Result<std::vector<std::string>> StoredRules::end(std::string_view table) {
  TRY_ASSIGN(
      std::vector<std::string> ended,
      tables_.strings("SELECT * FROM (SELECT 'policy ' || name FROM _prodev_policy WHERE"
                      " table_name = ?1 ORDER BY name) UNION ALL SELECT * FROM (SELECT 'privilege '"
                      " || upper(verb) || ' of ' || role FROM _prodev_privilege WHERE table_name ="
                      " ?1 ORDER BY role, verb)",
                      {table}));
  TRY(tables_.run("DELETE FROM _prodev_policy WHERE table_name = ?1", {table}));
  TRY(tables_.run("DELETE FROM _prodev_privilege WHERE table_name = ?1", {table}));
  TRY(tables_.run("DELETE FROM _prodev_comment WHERE name = ?1 AND kind <> 'function'", {table}));
  return ended;
}

base::Result<std::vector<std::string>> StoredRules::end_column(std::string_view table,
                                                               std::string_view column) {
  TRY_ASSIGN(
      std::vector<std::string> ended,
      tables_.strings("SELECT 'privilege ' || upper(verb) || ' (' || column_name || ') of ' || role"
                      " FROM _prodev_privilege JOIN _prodev_privilege_column ON privilege_id = id"
                      " WHERE table_name = ?1 AND column_name = ?2 ORDER BY role, verb",
                      {table, column}));
  TRY(
      tables_.run("DELETE FROM _prodev_privilege_column WHERE column_name = ?2 AND privilege_id IN"
                  " (SELECT id FROM _prodev_privilege WHERE table_name = ?1)",
                  {table, column}));
  TRY(
      tables_.run("UPDATE _prodev_privilege SET scope = 'none' WHERE table_name = ?1 AND scope ="
                  " 'columns' AND id NOT IN (SELECT privilege_id FROM _prodev_privilege_column)",
                  {table}));
  TRY(
      tables_.run("DELETE FROM _prodev_comment WHERE kind = 'column' AND name = ?1"
                  " AND column_name = ?2",
                  {table, column}));
  return ended;
}

base::Result<void> StoredRules::end_script_comment(std::string_view table) {
  return tables_.run(
      "DELETE FROM _prodev_comment WHERE kind = 'relation' AND name = ?1 AND stated = 0", {table});
}

base::Result<bool> StoredRules::is_view(std::string_view name) {
  return tables_.exists(
      "SELECT 1 FROM sqlite_schema WHERE type = 'view' AND name = ?1 COLLATE NOCASE", {name});
}

base::Result<std::vector<std::string>> StoredRules::without_object() {
  return tables_.strings(
      "SELECT DISTINCT table_name FROM (SELECT table_name, on_view FROM _prodev_policy UNION"
      " SELECT table_name, on_view FROM _prodev_privilege UNION"
      " SELECT name, NULL FROM _prodev_comment WHERE kind <> 'function')"
      " WHERE NOT EXISTS (SELECT 1 FROM sqlite_schema WHERE type IN ('table', 'view')"
      "   AND name = table_name COLLATE NOCASE AND coalesce(on_view, type = 'view') ="
      "   (type = 'view')) ORDER BY table_name",
      {});
}

base::Result<std::vector<std::string>> StoredRules::with_columns() {
  return tables_.strings(
      "SELECT table_name FROM _prodev_privilege WHERE scope = 'columns' UNION"
      " SELECT name FROM _prodev_comment WHERE kind = 'column'",
      {});
}

base::Result<std::set<std::string>> StoredRules::named_columns(std::string_view table) {
  TRY_ASSIGN(const std::vector<std::string> named,
             tables_.strings("SELECT column_name FROM _prodev_privilege JOIN"
                             " _prodev_privilege_column ON privilege_id = id WHERE table_name = ?1"
                             " UNION SELECT column_name FROM _prodev_comment"
                             " WHERE kind = 'column' AND name = ?1",
                             {table}));
  return std::set<std::string>(named.begin(), named.end());
}

base::Result<std::vector<std::string>> StoredRules::without_column() {
  std::vector<std::string> found;
  TRY_ASSIGN(const std::vector<std::string> tables,
             tables_.strings("SELECT DISTINCT table_name FROM _prodev_privilege JOIN"
                             " _prodev_privilege_column ON privilege_id = id ORDER BY 1",
                             {}));
  for (const std::string& table : tables) {
    TRY_ASSIGN(const std::vector<std::string> columns, columns_of(tables_.connection(), table));
    if (columns.empty()) continue;
    TRY_ASSIGN(db::Statement rows,
               tables_.connection().prepare(
                   "SELECT upper(verb), column_name, role FROM _prodev_privilege JOIN"
                   " _prodev_privilege_column ON privilege_id = id WHERE table_name = ?1"
                   " ORDER BY role, verb, column_name"));
    rows.bind_text(1, table);
    for (;;) {
      TRY_ASSIGN(const bool row, rows.step());
      if (!row) break;
      const std::string column(rows.column_text(1));
      if (contains(columns, column)) continue;
      found.push_back("privilege " + std::string(rows.column_text(0)) + " (" + column + ") of " +
                      std::string(rows.column_text(2)) + " on " + table);
    }
  }
  return found;
}

base::Result<std::vector<std::string>> columns_of(db::Connection& connection,
                                                  std::string_view relation) {
  auto columns = access::SystemTables(connection).columns(relation);
  if (!columns && columns.error().code == base::Code::kBadInput) return std::vector<std::string>();
  return columns;
}

}  // namespace prodev::statements
