#include "access/store.h"

#include "access/privileges.h"
#include "access/token_cursor.h"

namespace prodev::access {
namespace {

tl::unexpected<db::StatementError> fail_conflict(size_t offset, std::string message) {
  return tl::make_unexpected(
      db::StatementError({base::Code::kConflict, std::move(message)}, offset));
}

db::StatementResult<void> add_member(SystemTables& tables, const Name& role, const Name& member) {
  TRY(tables.role(role));
  TRY(tables.role(member));
  if (member.text == kPublic)
    return fail_at(member.offset, "PUBLIC is every role: it is not a member of one");
  if (role.text == kPublic) return fail_at(role.offset, "every role is a member of PUBLIC already");
  if (role.text == kServiceRole) {
    return fail_at(role.offset,
                   "what service_role may do does not pass to members: give a token that role");
  }
  TRY_ASSIGN(const Roles roles, Roles::load(tables.connection()));
  if (roles.all_of(role.text).contains(member.text))
    return fail_conflict(role.offset, "role " + role.text + " is a member of " + member.text +
                                          ": a circle of roles has no meaning");
  TRY(tables.run("INSERT OR IGNORE INTO _prodev_role_member (member, role) VALUES (?1, ?2)",
                 {member.text, role.text}));
  return {};
}

// The first thing that needs `role`; empty: nothing. What REVOKE has left needs nobody.
base::Result<std::string> use_of(SystemTables& tables, const std::string& role) {
  TRY_ASSIGN(const auto policies,
             tables.strings("SELECT 'policy ' || name || ' on ' || table_name FROM _prodev_policy"
                            " JOIN _prodev_policy_role ON policy_id = id WHERE role = ?1 LIMIT 1",
                            {role}));
  if (!policies.empty()) return policies[0];
  TRY_ASSIGN(const auto privileges,
             tables.strings("SELECT 'a privilege on ' || table_name FROM _prodev_privilege"
                            " WHERE role = ?1 AND scope <> 'none' LIMIT 1",
                            {role}));
  if (!privileges.empty()) return privileges[0];
  TRY_ASSIGN(const auto functions,
             tables.strings("SELECT 'EXECUTE on ' || signature FROM _prodev_function"
                            " JOIN _prodev_function_privilege ON function_id = id"
                            " WHERE role = ?1 AND granted LIMIT 1",
                            {role}));
  return functions.empty() ? std::string() : functions[0];
}

}  // namespace

db::StatementResult<void> carry_out(SystemTables& tables, const CreateRole& create) {
  const std::string& role = create.role.text;
  TRY_ASSIGN(const bool exists,
             tables.exists("SELECT 1 FROM _prodev_role WHERE name = ?1", {role}));
  if (role == kPublic || role == "none")
    return fail_at(create.role.offset, "the name " + role + " is reserved: choose another one");
  if (exists) return fail_conflict(create.role.offset, "role " + role + " exists already");
  TRY(tables.run("INSERT INTO _prodev_role (name) VALUES (?1)", {role}));
  for (const Name& above : create.member_of) TRY(add_member(tables, above, create.role));
  return {};
}

db::StatementResult<void> carry_out(SystemTables& tables, const DropRole& drop) {
  const std::string& role = drop.role.text;
  if (drop.if_exists) {
    TRY_ASSIGN(const bool exists,
               tables.exists("SELECT 1 FROM _prodev_role WHERE name = ?1", {role}));
    if (!exists) return {};
  }
  TRY(tables.role(drop.role));
  TRY_ASSIGN(const bool built_in,
             tables.exists("SELECT 1 FROM _prodev_role WHERE name = ?1 AND built_in = 1", {role}));
  if (built_in)
    return fail_conflict(drop.role.offset, "role " + role + " is built in and cannot be dropped");
  TRY_ASSIGN(const std::string use, use_of(tables, role));
  if (!use.empty()) {
    return fail_conflict(drop.role.offset,
                         "role " + role + " is needed by " + use + ": drop or revoke that first");
  }
  TRY(tables.run("DELETE FROM _prodev_privilege WHERE role = ?1", {role}));
  TRY(tables.run("DELETE FROM _prodev_function_privilege WHERE role = ?1", {role}));
  TRY(tables.run("DELETE FROM _prodev_role WHERE name = ?1", {role}));
  return {};
}

db::StatementResult<void> carry_out(SystemTables& tables, const Membership& membership) {
  for (const Name& role : membership.roles) {
    for (const Name& member : membership.members) {
      if (membership.grant) {
        TRY(add_member(tables, role, member));
        continue;
      }
      TRY(tables.role(role));
      TRY(tables.role(member));
      TRY(tables.run("DELETE FROM _prodev_role_member WHERE member = ?1 AND role = ?2",
                     {member.text, role.text}));
    }
  }
  return {};
}

db::StatementResult<void> carry_out(SystemTables& tables, const EnableRowSecurity& enable) {
  TRY(tables.table(enable.table));
  return {};
}

db::StatementHook schema_statements() {
  return [](db::Connection& connection, std::string_view statement,
            std::string_view) -> db::StatementResult<bool> {
    TRY_ASSIGN(const std::optional<AccessStatement> parsed, parse_statement(statement));
    if (!parsed) return false;
    SystemTables tables(connection);
    TRY(std::visit([&](const auto& one) { return carry_out(tables, one); }, *parsed));
    return true;
  };
}

}  // namespace prodev::access
