// Statements that `prodev sql` does not pass on to SQLite.
#pragma once

#include <string_view>

namespace prodev::cli {

// Why a statement that begins with this word is refused, and what to do instead; empty: it is not.
std::string_view refused_word(std::string_view statement);

}  // namespace prodev::cli
