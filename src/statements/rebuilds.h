// Rebuilds: which renamings of a schema file are steps of making a table anew.
//
//   out of the way   ALTER TABLE note RENAME TO note_old; in the end another table is called note,
//                    and none note_old
//   into its place   ALTER TABLE note_new RENAME TO note, after DROP TABLE note, or after note went
//                    out of the way
//
// What says "note" elsewhere (views, triggers and foreign keys of other tables, policies) means
// whichever table has the name in the end, and must not follow the old one out of the way.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "statements/alteration.h"

namespace prodev::statements {

class Rebuilds {
 public:
  Rebuilds() = default;
  explicit Rebuilds(std::string_view script);

  bool sets_aside(const Alteration& alteration) const;
  // Whether the script drops or renames a table that has the new name.
  bool takes_place(const Alteration& alteration) const;

 private:
  enum class Fate { kTaken, kLeft, kDropped };

  std::map<std::string, Fate> last_;  // of each name, in lower case, at the end of the script
  std::set<std::string> left_;        // names that some table is dropped with or renamed from
};

}  // namespace prodev::statements
