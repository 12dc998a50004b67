// Policies as they stand in the system tables.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "access/expression.h"
#include "access/verb.h"
#include "base/result.h"
#include "db/connection.h"

namespace prodev::access {

// An expression and what is wrong with it in the present schema.
struct Condition {
  std::string source;
  LoweredExpression lowered;  // "0", which lets nothing through, when there is a problem
  std::string problem;        // empty: none
};

struct Policy {
  std::string table;
  std::string name;
  std::optional<Verb> verb;  // nullopt: all
  bool restrictive = false;
  std::set<std::string> roles;  // may have "public"
  std::optional<Condition> using_condition;
  std::optional<Condition> check_condition;
  bool on_view = false;      // it was stated for a view
  bool table_exists = true;  // as what it was; false: the conditions were not looked at
};

// By table and name. Empty without system tables.
base::Result<std::vector<Policy>> load_policies(db::Connection& connection);

}  // namespace prodev::access
