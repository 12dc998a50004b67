// Lists in sentences and header fields.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace prodev::text {

inline std::string joined(const std::vector<std::string>& items,
                          std::string_view separator = ", ") {
  std::string list;
  for (const std::string& item : items) {
    if (!list.empty()) list += separator;
    list += item;
  }
  return list;
}

}  // namespace prodev::text
