// RuleFollower: keeps the rules with the tables, views and columns that they are about, while
// schema files change these; as PostgreSQL does, where SQLite can:
//
//   RENAME TO, RENAME COLUMN    policies, privileges, comments and functions follow, with the names
//                               in expressions and bodies; where that is not certain the file is
//                               refused
//   DROP TABLE, DROP VIEW       policies, privileges and comments end, unless the same file makes a
//                               successor (lineage.h): that one has them
//   DROP COLUMN                 privileges and comments of the column end; refused while a policy
//                               uses it
//
// At the end of a file everything that fitted the schema before must fit it still: policies,
// functions and privileges on columns. A policy that refers to a table that was dropped must have
// the successor to refer to.
//
// What has no object when a file begins (someone else dropped it, or an earlier prodev did) ends
// before the first statement: nothing that the file makes is to wake it.
#pragma once

#include <memory>

#include "base/result.h"
#include "db/sql_script.h"

namespace prodev::statements {

std::unique_ptr<db::ScriptObserver> make_rule_follower();

}  // namespace prodev::statements
