// Whether a text has a part; where it has not, the failure shows the text.
#pragma once

#include <string>
#include <string_view>

#include "catch.h"

namespace prodev::test {

inline bool has(const std::string& text, std::string_view part) {
  UNSCOPED_INFO(text);
  return text.find(part) != std::string::npos;
}

}  // namespace prodev::test
