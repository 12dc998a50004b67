// What this executable was built from.
#pragma once

#include <string_view>

namespace prodev::base {

std::string_view version();  // "0.1.0"
std::string_view
commit();  // short hash, "-modified" behind it when the tree had changes; "unknown"
std::string_view compiler();  // "GNU 12.2.0"
long long commit_time_s();    // Unix time; SOURCE_DATE_EPOCH when it was set

}  // namespace prodev::base
