// Roles and privileges as they stand in the system tables.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "access/verb.h"
#include "base/result.h"
#include "db/connection.h"

namespace prodev::access {

// Which role is a member of which.
class Roles {
 public:
  // Without system tables: anon, authenticated and service_role.
  static base::Result<Roles> load(db::Connection& connection);

  // The roles that a client can have: all but "public".
  const std::vector<std::string>& names() const { return names_; }
  // Those that `role` was made a member of, not those of their roles.
  const std::vector<std::string>& direct(std::string_view role) const;
  // `role`, "public", and all that `role` is a member of through any number of steps.
  std::set<std::string> all_of(std::string_view role) const;

 private:
  std::vector<std::string> names_;
  std::map<std::string, std::vector<std::string>, std::less<>> direct_;
};

// What a role may do to a table with a verb.
struct Scope {
  enum class Kind {
    kUnset,    // nothing was said: the default of tables and views holds
    kNone,     // REVOKE
    kColumns,  // GRANT of columns
    kTable,    // GRANT
  };
  Kind kind = Kind::kUnset;
  std::set<std::string> columns;
};

// What GRANT and REVOKE have said. What was said to a role itself decides; else what was said to
// the roles that it is a member of, taken together, the nearest first; else what was said to
// PUBLIC.
class Privileges {
 public:
  static base::Result<Privileges> load(db::Connection& connection);

  // `table` in lower case.
  Scope find(const Roles& roles, std::string_view role, std::string_view table, Verb verb) const;

 private:
  struct Key {
    std::string role, table;
    Verb verb = Verb::kSelect;
    // NOLINTNEXTLINE(modernize-use-nullptr): it takes the comparison with 0 in there for one
    auto operator<=>(const Key&) const = default;
  };
  Scope said(const Key& key) const;
  Scope find_above(const Roles& roles, const Key& key, std::set<std::string>& seen) const;

  std::map<Key, Scope> said_;
};

}  // namespace prodev::access
