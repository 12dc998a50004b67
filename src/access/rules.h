// Rules: what each role may do to each table and function, computed once for a schema and read on
// every request.
//
// As in PostgreSQL (CREATE POLICY, table "Policies Applied by Command Type"): a policy applies to
// PUBLIC, to its roles, and to their members; permissive policies are OR-ed, restrictive ones
// AND-ed; without an applicable permissive one nothing is let through. WITH CHECK, where it is left
// out, is USING. A policy without the expression that a verb needs says nothing about that verb.
//
// Views and virtual tables can have policies too. A view runs with its owner's rights, so it is
// closed until a policy or a GRANT opens it: to a role with an applicable permissive policy for the
// verb, the rows of its policies; else, after a GRANT, every row that restrictive ones leave.
//
// A statement that also reads rows (UPDATE or DELETE with a filter, RETURNING) needs the rights of
// kSelect as well; combining them is up to the caller.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "access/verb.h"
#include "base/result.h"
#include "db/connection.h"

namespace prodev::access {

// The SQL of rights is "" (every row) or one expression in parentheses ("(0)": none), with ?1, ?2
// and ?3 as in expression.h. A row passes when it is true: NULL does not pass. It names the table's
// columns unqualified or with the table's name, so it must stand where the table is the only thing
// in FROM and has no other alias.
struct Rights {
  bool permitted = true;       // false: 42501 "permission denied for table x"
  bool bypass = false;         // service_role: no policies, all columns
  std::string using_sql;       // which rows are there; "" for kInsert
  std::string check_sql;       // what a new row must fulfil; "" for kSelect and kDelete
  bool uses_identity = false;  // either depends on ?1 or ?3
  // The columns that the verb may touch, in the table's order; nullopt: all. Not for kDelete.
  std::optional<std::vector<std::string>> columns;

  // No new row can pass: no permissive policy applies.
  bool admits_none() const { return check_sql == "(0)"; }

  // NOLINTNEXTLINE(modernize-use-nullptr): it takes the comparison with 0 in there for one
  auto operator<=>(const Rights&) const = default;
};

// Immutable; any thread may read it. A schema that changes needs a new one.
class Rules {
 public:
  // Reads system tables and schema in one transaction of `connection`, on which the application's
  // SQL functions must be registered and no statement may be half-way through its rows. Without
  // system tables only service_role sees anything. Policies and privileges of tables that do not
  // exist are left out; an expression that does not fit its table any more counts as false
  // (describe_rules() tells).
  static base::Result<std::shared_ptr<const Rules>> load(db::Connection& connection);

  // `role` as it is, `table` in any case. Not permitted for an unknown role or table and for tables
  // of the system. Allocates nothing; valid as long as the rules are.
  const Rights& rights(std::string_view role, std::string_view table, Verb verb) const;
  // Whether `role` may call the function (EXECUTE); `function`: its id in the catalog.
  bool may_execute(std::string_view role, int64_t function) const;
  // Whether a token may have this role ("public" is none).
  bool has_role(std::string_view role) const { return roles_.contains(role); }

 private:
  friend class RulesBuilder;
  Rules() = default;

  struct ExactHash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  struct NocaseHash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const;
  };
  struct NocaseEqual {
    using is_transparent = void;
    bool operator()(std::string_view a, std::string_view b) const;
  };
  using ByVerb = std::array<const Rights*, kVerbs.size()>;

  std::set<Rights> distinct_;  // many roles and tables have the same
  std::unordered_map<std::string, size_t, ExactHash, std::equal_to<>> roles_;  // to an index
  std::unordered_map<std::string, std::vector<ByVerb>, NocaseHash, NocaseEqual> tables_;
  std::unordered_map<int64_t, std::vector<bool>> functions_;  // by the role's index
};

// One rule for people: `prodev doctor`, the studio.
struct RuleDescription {
  std::string table;
  std::string
      rule;  // "policy own_orders FOR SELECT TO authenticated USING (...)", "GRANT to staff"
  std::string problem;  // why it has no effect or lets nothing through; empty: none
};

// Every policy, and the privileges that name a table or column that is not there.
base::Result<std::vector<RuleDescription>> describe_rules(db::Connection& connection);

}  // namespace prodev::access
