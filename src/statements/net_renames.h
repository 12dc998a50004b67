// Which tables and columns have another name when a schema file has run: those that were there
// before it and still are, told by what its statements say.
//
//   ALTER TABLE note RENAME TO tmp; ALTER TABLE tmp RENAME TO post;    note is post
//   CREATE TABLE n (...); DROP TABLE note; ALTER TABLE n RENAME TO note;    none: note ended
#pragma once

#include <string_view>
#include <vector>

#include "statements/alteration.h"

namespace prodev::statements {

// From the name before the file to the one after it: tables first, then columns under the new name
// of their table. The names before are as the file says them.
std::vector<Alteration> net_renames(std::string_view script);

}  // namespace prodev::statements
