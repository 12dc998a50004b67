
#include "access/privileges.h"
#include "access/store.h"
#include "access/token_cursor.h"
#include "text/ascii.h"

namespace prodev::access {
namespace {

// One role's right to one verb on one table, which is about to change.
struct Target {
  Table table;
  std::string role;
  Verb verb = Verb::kSelect;
  size_t offset = 0;  // of the privilege, for errors
};

base::Result<void> set_scope(SystemTables& tables, const Target& target, std::string_view scope,
                             const std::set<std::string>& columns) {
  const std::string_view verb = name_of(target.verb);
  TRY(tables.run("DELETE FROM _prodev_privilege WHERE table_name = ?1 AND role = ?2 AND verb = ?3",
                 {target.table.name, target.role, verb}));
  TRY(
      tables.run("INSERT INTO _prodev_privilege (table_name, role, verb, scope, on_view)"
                 " VALUES (?1, ?2, ?3, ?4, ?5 + 0)",
                 {target.table.name, target.role, verb, scope, target.table.is_view ? "1" : "0"}));
  for (const std::string& column : columns) {
    TRY(
        tables.run("INSERT INTO _prodev_privilege_column (privilege_id, column_name)"
                   " SELECT id, ?4 FROM _prodev_privilege"
                   " WHERE table_name = ?1 AND role = ?2 AND verb = ?3",
                   {target.table.name, target.role, verb, column}));
  }
  return {};
}

// What holds now for `target`, whoever it was said to.
base::Result<Scope> present_scope(SystemTables& tables, const Target& target) {
  std::string table = target.table.name;
  table = text::lowered(table);
  TRY_ASSIGN(const Roles roles, Roles::load(tables.connection()));
  TRY_ASSIGN(const Privileges privileges, Privileges::load(tables.connection()));
  return privileges.find(roles, target.role, table, target.verb);
}

base::Result<void> grant_columns(SystemTables& tables, const Target& target,
                                 std::set<std::string> columns) {
  TRY_ASSIGN(const Scope present, present_scope(tables, target));
  if (present.kind == Scope::Kind::kColumns)
    columns.insert(present.columns.begin(), present.columns.end());
  return set_scope(tables, target, "columns", columns);
}

db::StatementResult<void> revoke_columns(SystemTables& tables, const Target& target,
                                         const std::set<std::string>& columns) {
  TRY_ASSIGN(Scope present, present_scope(tables, target));
  if (present.kind == Scope::Kind::kNone) return {};
  if (present.kind == Scope::Kind::kUnset && target.table.is_view) {
    return fail_at(target.offset, "nothing was granted on the view " + target.table.name + " to " +
                                      target.role + ": grant the columns that it may use instead");
  }
  if (present.kind != Scope::Kind::kColumns) {
    TRY_ASSIGN(const std::vector<std::string> all, tables.columns(target.table.name));
    present.columns.insert(all.begin(), all.end());
  }
  for (const std::string& column : columns) present.columns.erase(column);
  TRY(set_scope(tables, target, present.columns.empty() ? "none" : "columns", present.columns));
  return {};
}

db::StatementResult<void> change_one(SystemTables& tables, const Privilege& privilege, bool grant,
                                     const Target& target) {
  if (privilege.columns.empty()) {
    TRY(set_scope(tables, target, grant ? "table" : "none", {}));
    return {};
  }
  std::set<std::string> columns;
  for (const Name& name : privilege.columns) {
    TRY_ASSIGN(std::string column, tables.column(target.table, name));
    columns.insert(std::move(column));
  }
  if (!grant) return revoke_columns(tables, target, columns);
  TRY(grant_columns(tables, target, std::move(columns)));
  return {};
}

db::StatementResult<void> change_table(SystemTables& tables, const ChangePrivileges& change,
                                       const Table& table) {
  for (const Name& name : change.roles) {
    TRY_ASSIGN(const std::string role, tables.role(name));
    if (role == kServiceRole && !change.grant)
      return fail_at(name.offset, "service_role has every right: none can be revoked");
    for (const Privilege& privilege : change.privileges) {
      const size_t offset = privilege.columns.empty() ? name.offset : privilege.columns[0].offset;
      for (const Verb verb : privilege.verbs)
        TRY(change_one(tables, privilege, change.grant, {table, role, verb, offset}));
    }
  }
  return {};
}

// Whether a table that is no more has left privileges.
base::Result<bool> has_left(SystemTables& tables, const std::string& table) {
  return tables.exists(
      "SELECT 1 FROM _prodev_privilege WHERE table_name = ?1 AND NOT EXISTS"
      " (SELECT 1 FROM sqlite_schema WHERE type IN ('table', 'view') AND name = table_name)",
      {table});
}

db::StatementResult<void> forget(SystemTables& tables, const ChangePrivileges& change,
                                 const std::string& table) {
  for (const Name& name : change.roles) {
    TRY_ASSIGN(const std::string role, tables.role(name));
    for (const Privilege& privilege : change.privileges) {
      for (const Verb verb : privilege.verbs)
        TRY(tables.run(
            "DELETE FROM _prodev_privilege WHERE table_name = ?1 AND role = ?2 AND verb = ?3",
            {table, role, name_of(verb)}));
    }
  }
  return {};
}

}  // namespace

db::StatementResult<void> carry_out(SystemTables& tables, const ChangePrivileges& change) {
  for (const Name& name : change.tables) {
    TRY_ASSIGN(const bool left, has_left(tables, name.text));
    if (left && !change.grant) {
      TRY(forget(tables, change, name.text));
      continue;
    }
    TRY_ASSIGN(const Table table, tables.table(name));
    TRY(change_table(tables, change, table));
  }
  return {};
}

}  // namespace prodev::access
