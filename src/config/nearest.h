// Suggestions for words that were mistyped.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace prodev::config {

// The one of `known` that `word` was most likely meant to be; empty when none is close.
std::string nearest(std::string_view word, const std::vector<std::string>& known);

}  // namespace prodev::config
