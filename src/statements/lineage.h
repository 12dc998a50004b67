// Lineage: which table or view of a schema file stands for which.
//
// SQLite changes many things about a table only by making it anew: CREATE new, copy, DROP old,
// RENAME new TO old, or with the old one renamed out of the way first. The new table is another
// object, but means the same to people, and is to have the rules of the old one. So the successor
// of an object that is dropped is one that the same file made, later than the old one, and that
// takes, before the drop or after it, the name that the old one had last or the one before.
// Whatever was there before has rules of its own and is never a successor.
//
// Names are compared as SQLite compares them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace prodev::statements {

// What was dropped.
struct Ancestor {
  std::vector<std::string> names;  // its last one last, and the one before, if it had another
  size_t made = 0;                 // when: 0 before the file
};

class Lineage {
 public:
  void created(std::string_view name);
  void renamed(std::string_view from, std::string_view to);
  Ancestor dropped(std::string_view name);

  // The name that the successor has now; nullopt: there is none yet.
  std::optional<std::string> successor(const Ancestor& ancestor) const;
  // Whether what is called `name` now is the successor.
  bool succeeds(std::string_view name, const Ancestor& ancestor) const;

 private:
  struct Object {
    std::string former;  // empty: it had no other name in this file
    size_t made = 0;
  };

  std::map<std::string, Object> objects_;  // by the present name in lower case; not all are there
  size_t clock_ = 0;
};

}  // namespace prodev::statements
