// What --dev tells of the rows that it carried over, or could not.
#pragma once

#include <string>
#include <vector>

#include "db/row_carry.h"

namespace prodev::server {

// Lines for people: "kept      2 rows of note written since 0002_b.sql", and what was not kept,
// why, and how to keep it. `left_in`: the file that has all of it.
std::vector<std::string> carry_notes(const db::CarriedRows& rows, const std::string& since,
                                     const std::string& left_in);

}  // namespace prodev::server
