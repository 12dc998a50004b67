// Lineage: which table or view of a schema file stands for which.
//
// SQLite changes many things about a table only by making it anew: CREATE new, copy, DROP old,
// RENAME new TO old, or with the old one renamed out of the way first. The new table is another
// object, but means the same to people, and is to have the rules of the old one. So the successor
// of an object that is dropped is one that the same file made and that has, at any time from then
// to the end of the file, a name that the old one had within the file. What was there before the
// file is never a successor: it has its own rules.
//
// Names are compared as SQLite compares them.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace prodev::statements {

class Lineage {
 public:
  void created(std::string_view name);
  void renamed(std::string_view from, std::string_view to);
  // Returns the names that it had, its first one first.
  std::vector<std::string> dropped(std::string_view name);

  // Whether this file made what is called `name` now.
  bool is_fresh(std::string_view name) const;
  // Of `names`, the first that something has which this file made.
  std::optional<std::string> successor(const std::vector<std::string>& names) const;
  // The names that it had, its first one first.
  std::vector<std::string> names_of(std::string_view name) const;

 private:
  std::set<std::string> fresh_;                            // in lower case
  std::map<std::string, std::vector<std::string>> names_;  // by the present name in lower case
};

}  // namespace prodev::statements
