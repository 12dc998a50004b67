// Lost rules: those of tables, views and columns that are not there, because somebody changed the
// schema from outside, or an earlier prodev kept them. They have no effect, and end before
// something of the same name can wake them.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "db/connection.h"

namespace prodev::statements {

// Ends them; returns a sentence for each table and column. The system tables must exist.
base::Result<std::vector<std::string>> end_lost_rules(db::Connection& connection);

// The same in a transaction of its own, for which it takes no lock when there are none. None
// without system tables.
base::Result<std::vector<std::string>> find_and_end_lost_rules(db::Connection& connection);

}  // namespace prodev::statements
