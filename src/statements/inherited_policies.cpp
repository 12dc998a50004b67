#include "statements/inherited_policies.h"

#include <variant>

#include "access/system_tables.h"

namespace prodev::statements {
namespace {

constexpr std::string_view kPoliciesOf = "SELECT id FROM _prodev_policy WHERE table_name = ?1";
constexpr std::string_view kPolicyCalled =
    "SELECT id FROM _prodev_policy WHERE table_name = ?1 AND name = ?2";

}  // namespace

base::Result<void> InheritedPolicies::merge(db::Connection& connection, std::string_view from,
                                            std::string_view to) {
  access::SystemTables tables(connection);
  TRY_ASSIGN(const auto moving, tables.strings(kPoliciesOf, {from}));
  TRY(StoredRules(connection).merge(from, to));
  // Others have lost to what the file had said of `to` already.
  TRY_ASSIGN(const auto present, tables.strings(kPoliciesOf, {to}));
  const std::set<std::string> moved(moving.begin(), moving.end());
  for (const std::string& id : present) {
    if (moved.contains(id)) ids_.insert(id);
  }
  return {};
}

db::StatementResult<void> InheritedPolicies::make_way(db::Connection& connection,
                                                      std::string_view statement) {
  if (ids_.empty()) return {};
  const auto parsed = access::parse_statement(statement);
  if (!parsed || !*parsed) return {};  // whoever carries it out says what is wrong with it
  if (const auto* create = std::get_if<access::CreatePolicy>(&**parsed))
    return make_way(connection, *create);
  if (const auto* drop = std::get_if<access::DropPolicy>(&**parsed)) {
    // The id that it leaves may be the next policy's.
    TRY_ASSIGN(const auto found, access::SystemTables(connection)
                                     .strings(kPolicyCalled, {drop->table.text, drop->name.text}));
    for (const std::string& id : found) ids_.erase(id);
  }
  return {};
}

db::StatementResult<void> InheritedPolicies::make_way(db::Connection& connection,
                                                      const access::CreatePolicy& create) {
  const std::string& table = create.table.text;
  const std::string& name = create.name.text;
  access::SystemTables tables(connection);
  TRY_ASSIGN(const auto found, tables.strings(kPolicyCalled, {table, name}));
  if (found.empty() || !ids_.contains(found.front())) return {};
  TRY_ASSIGN(const bool restrictive,
             tables.exists(std::string(kPolicyCalled) + " AND restrictive", {table, name}));
  if (restrictive && !create.restrictive) {
    return tl::make_unexpected(db::StatementError(
        {base::Code::kConflict,
         table + " was made anew, and its policy " + name +
             " was restrictive before and is permissive now: give the new policy another name, or "
             "DROP POLICY " +
             name + " before"},
        create.name.offset));
  }
  ids_.erase(found.front());
  TRY(tables.run("DELETE FROM _prodev_policy WHERE table_name = ?1 AND name = ?2", {table, name}));
  return {};
}

}  // namespace prodev::statements
