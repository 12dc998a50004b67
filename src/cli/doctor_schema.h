// What of a database `prodev doctor` looks at: rules that do nothing, tables that nobody reaches,
// and statements that would read a whole table.
#pragma once

#include <vector>

#include "cli/doctor_checks.h"
#include "db/connection.h"

namespace prodev::cli {

// Rows of a table or column that a check looks at, so that it ends: an SQL literal.
constexpr const char* kMostCheckedRows = "1000000";

// Every check below, on the database of `settings`, which is opened for reading only.
std::vector<Finding> check_schema(const config::Settings& settings);

// Policies and privileges that name a table or column that is not there.
base::Result<Finding> check_rules(db::Connection& connection);
// Views and functions that do not fit the tables any more, and are not served; foreign keys and
// tables that SQLite refuses to work with.
base::Result<Finding> check_left_out(db::Connection& connection);
// Tables and views that only service_role can use; told, but often meant so.
base::Result<Finding> check_closed_tables(db::Connection& connection);
// Policies that ask who the reader is and have to look at every row for the answer.
base::Result<Finding> check_policy_scans(db::Connection& connection);
// Foreign keys without an index: each DELETE of the other table reads this one whole.
base::Result<Finding> check_foreign_keys(db::Connection& connection);
// FTS5 tables that index another table and have no triggers that keep them in step with it, or hold
// other rows than it has; with the statements that mend it.
base::Result<Finding> check_text_search(db::Connection& connection);
// UUIDs that are stored in another spelling than the one that REST stores and asks for;
// with the statements that mend it.
base::Result<Finding> check_uuids(db::Connection& connection);

}  // namespace prodev::cli
