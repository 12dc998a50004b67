// What stands between the fields of a CSV file: programs write commas, semicolons (where the comma
// parts the digits of numbers), tabs and bars.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace prodev::transfer {

// Of one character, "tab" or "\\t". kUsage for what cannot stand between fields.
base::Result<char> separator_called(std::string_view name);
// For people: "commas", "semicolons", "tabs", "|".
std::string name_of_separator(char separator);

// The one that parts `first_line` into the most of `names`, which it is expected to hold; else into
// the most fields. A comma where nothing tells.
char guess_separator(std::string_view first_line, const std::vector<std::string>& names);

}  // namespace prodev::transfer
