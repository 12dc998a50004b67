// The `--` comments of a script that are about what stands beside them.
//
// `gap` is the text between one token of SQL and the next: white space and comments. What `--`
// lines say is their text without the dashes, one line each; rulers ("-- -----") say nothing.
#pragma once

#include <string>
#include <string_view>

namespace prodev::db {

// The lines that are nothing but a comment, directly above the token that ends the gap; a line
// without one parts them from what is above. Empty: there are none. The first line of the gap
// counts only when it is a whole one (`starts_line`), not the rest of the token before.
std::string comment_above(std::string_view gap, bool starts_line);

// The comment behind the token that begins the gap, on its line.
std::string comment_behind(std::string_view gap);

}  // namespace prodev::db
