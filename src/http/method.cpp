#include "http/method.h"

#include <array>

namespace prodev::http {

namespace {
constexpr std::array<std::string_view, 7> kNames = {"GET",   "HEAD",   "POST",   "PUT",
                                                    "PATCH", "DELETE", "OPTIONS"};
}

Method find_method(std::string_view text) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (text == kNames[i]) return static_cast<Method>(i);
  }
  return Method::kOther;
}

std::string MethodSet::allow() const {
  std::string list;
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (!contains(static_cast<Method>(i))) continue;
    if (!list.empty()) list += ", ";
    list += kNames[i];
  }
  return list;
}

}  // namespace prodev::http
