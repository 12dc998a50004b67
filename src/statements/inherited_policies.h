// InheritedPolicies: those that a table has from the one in whose place a schema file made it. A
// policy of the same name that the file states for the new table stands in their place.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "access/statement.h"
#include "base/result.h"
#include "db/connection.h"
#include "statements/stored_rules.h"

namespace prodev::statements {

class InheritedPolicies {
 public:
  // StoredRules::merge(), noting what has come to `to`.
  base::Result<void> merge(db::Connection& connection, std::string_view from, std::string_view to);

  // Before a statement of the file is carried out: CREATE POLICY ends the inherited one of its
  // name. kConflict: a restrictive policy would lose to a permissive one.
  db::StatementResult<void> make_way(db::Connection& connection, std::string_view statement);

 private:
  db::StatementResult<void> make_way(db::Connection& connection,
                                     const access::CreatePolicy& create);

  std::set<std::string> ids_;
};

}  // namespace prodev::statements
