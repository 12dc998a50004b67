// ExecuteRights: which role may call which function, as GRANT and REVOKE EXECUTE have said.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "access/privileges.h"
#include "base/result.h"
#include "db/connection.h"

namespace prodev::access {

// What was said to a role itself decides; else a grant to any of the roles that it is a member of,
// the nearest first; else what was said to PUBLIC. Where nothing was said, nobody may.
class ExecuteRights {
 public:
  // Empty without system tables.
  static base::Result<ExecuteRights> load(db::Connection& connection);

  // `function`: its id in the catalog.
  bool may_execute(const Roles& roles, const std::string& role, int64_t function) const;
  // Those that anything was said about.
  std::set<int64_t> functions() const;

 private:
  std::optional<bool> said(const std::string& role, int64_t function) const;
  std::optional<bool> find_above(const Roles& roles, const std::string& role, int64_t function,
                                 std::set<std::string>& seen) const;

  std::map<std::pair<int64_t, std::string>, bool> said_;
};

}  // namespace prodev::access
