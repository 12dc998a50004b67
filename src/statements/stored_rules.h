// StoredRules: what the system tables say of tables, views and columns by name (policies,
// privileges, comments, types of functions), and giving it another name or an end.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "access/system_tables.h"
#include "base/result.h"
#include "db/connection.h"

namespace prodev::statements {

class StoredRules {
 public:
  explicit StoredRules(db::Connection& connection) : tables_(connection) {}

  // Whether the system tables are there: without them there are no rules.
  base::Result<bool> present();

  // Everything said of `from` is now said of `to`, of which nothing may have been said.
  base::Result<void> rename(std::string_view from, std::string_view to);
  // Policies, privileges and comments of `from` are now those of `to`. What is said of `to` already
  // stays, and wins. kConflict: a restrictive policy would lose to a permissive one of its name.
  base::Result<void> merge(std::string_view from, std::string_view to);
  // Types of functions that are the rows of `from` are those of `to`.
  base::Result<void> rename_types(std::string_view from, std::string_view to);
  // Columns of one table, all at once: names may change places.
  base::Result<void> rename_columns(std::string_view table,
                                    const std::map<std::string, std::string>& names);

  // Each returns what has ended, in words ("policy own", "privilege SELECT of anon"). A role that
  // may use none of its columns any more may not use the table.
  base::Result<std::vector<std::string>> end(std::string_view table);
  base::Result<std::vector<std::string>> end_column(std::string_view table,
                                                    std::string_view column);

  // Forgets what stood above the CREATE of `table`: another CREATE stands for it now.
  base::Result<void> end_script_comment(std::string_view table);

  base::Result<bool> is_view(std::string_view name);

  // Tables and views that something is said of and that are not there, or are there as the other of
  // the two.
  base::Result<std::vector<std::string>> without_object();
  // Tables and views of which single columns are named.
  base::Result<std::vector<std::string>> with_columns();
  // The columns of `table` that privileges and comments name.
  base::Result<std::set<std::string>> named_columns(std::string_view table);
  // Privileges on columns that are not there: "privilege SELECT (name) of anon on staff". Those of
  // a view that does not work are not looked at.
  base::Result<std::vector<std::string>> without_column();

 private:
  base::Result<void> remake_signatures();

  access::SystemTables tables_;
};

// A name that stands for another in the stored rules while these are changed. No name that a
// statement can hold begins like it.
inline std::string placeholder_name(std::string_view of) { return "\x01" + std::string(of); }

// The columns in order; empty where they cannot be told (a view whose table is gone).
base::Result<std::vector<std::string>> columns_of(db::Connection& connection,
                                                  std::string_view relation);

}  // namespace prodev::statements
