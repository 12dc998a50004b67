// What lines of a text are different in another one, for people.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace prodev::cli {

// "- line" and "+ line" for what stands between the lines that both begin and both end with;
// without lines of white space alone, and at most `most` lines, then how many more.
std::vector<std::string> line_difference(std::string_view before, std::string_view after,
                                         size_t most = 100);

}  // namespace prodev::cli
