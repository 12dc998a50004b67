#include "access/privileges.h"

#include <algorithm>

#include "access/system_tables.h"
#include "text/ascii.h"

namespace prodev::access {
namespace {

base::Result<bool> has_system_tables(db::Connection& connection) {
  return SystemTables(connection)
      .exists("SELECT 1 FROM sqlite_schema WHERE name = '_prodev_privilege'", {});
}

// In lower case.
base::Result<std::set<std::string>> view_names(db::Connection& connection) {
  TRY_ASSIGN(const auto names,
             SystemTables(connection)
                 .strings("SELECT lower(name) FROM sqlite_schema WHERE type = 'view'", {}));
  return std::set<std::string>(names.begin(), names.end());
}

// What two roles may do together.
void add(Scope& scope, const Scope& other) {
  scope.kind = std::max(scope.kind, other.kind);
  scope.columns.insert(other.columns.begin(), other.columns.end());
}

}  // namespace

base::Result<Roles> Roles::load(db::Connection& connection) {
  Roles roles;
  TRY_ASSIGN(const bool present, has_system_tables(connection));
  if (!present) {
    roles.names_ = {std::string(kAnonymousRole), "authenticated", std::string(kServiceRole)};
    return roles;
  }
  TRY_ASSIGN(
      roles.names_,
      SystemTables(connection)
          .strings("SELECT name FROM _prodev_role WHERE name <> ?1 ORDER BY name", {kPublic}));
  TRY_ASSIGN(db::Statement members,
             connection.prepare("SELECT member, role FROM _prodev_role_member"));
  for (;;) {
    TRY_ASSIGN(const bool row, members.step());
    if (!row) return roles;
    roles.direct_[std::string(members.column_text(0))].emplace_back(members.column_text(1));
  }
}

const std::vector<std::string>& Roles::direct(std::string_view role) const {
  static const std::vector<std::string> kNone;
  const auto found = direct_.find(role);
  return found == direct_.end() ? kNone : found->second;
}

std::set<std::string> Roles::all_of(std::string_view role) const {
  std::set<std::string> all = {std::string(kPublic)};
  std::vector<std::string> open = {std::string(role)};
  while (!open.empty()) {
    const std::string next = std::move(open.back());
    open.pop_back();
    if (!all.insert(next).second) continue;
    const std::vector<std::string>& above = direct(next);
    open.insert(open.end(), above.begin(), above.end());
  }
  return all;
}

base::Result<Privileges> Privileges::load(db::Connection& connection) {
  Privileges privileges;
  TRY_ASSIGN(const bool present, has_system_tables(connection));
  if (!present) return privileges;
  TRY_ASSIGN(const std::set<std::string> views, view_names(connection));
  TRY_ASSIGN(
      db::Statement rows,
      connection.prepare(
          "SELECT role, table_name, verb, scope, column_name, on_view"
          " FROM _prodev_privilege LEFT JOIN _prodev_privilege_column ON privilege_id = id"));
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) return privileges;
    const std::string table = text::lowered(rows.column_text(1));
    if (views.contains(table) != (rows.column_int(5) != 0)) continue;  // it is another object
    Scope& scope =
        privileges
            .said_[{std::string(rows.column_text(0)), table, *verb_named(rows.column_text(2))}];
    const std::string_view kind = rows.column_text(3);
    scope.kind = kind == "table"     ? Scope::Kind::kTable
                 : kind == "columns" ? Scope::Kind::kColumns
                                     : Scope::Kind::kNone;
    if (!rows.column_is_null(4)) scope.columns.emplace(rows.column_text(4));
  }
}

Scope Privileges::said(const Key& key) const {
  const auto found = said_.find(key);
  return found == said_.end() ? Scope{} : found->second;
}

// `seen` keeps each role from being asked twice: roles may be reached on many ways.
Scope Privileges::find_above(const Roles& roles, const Key& key,
                             std::set<std::string>& seen) const {
  Scope scope = said(key);
  if (scope.kind != Scope::Kind::kUnset) return scope;
  for (const std::string& role : roles.direct(key.role)) {
    if (seen.insert(role).second) add(scope, find_above(roles, {role, key.table, key.verb}, seen));
  }
  return scope;
}

Scope Privileges::find(const Roles& roles, std::string_view role, std::string_view table,
                       Verb verb) const {
  std::set<std::string> seen = {std::string(role)};
  Scope scope = find_above(roles, {std::string(role), std::string(table), verb}, seen);
  if (scope.kind != Scope::Kind::kUnset) return scope;
  return said({std::string(kPublic), std::string(table), verb});
}

}  // namespace prodev::access
