#pragma once

#include <string>

#include "query/api_error.h"

namespace prodev::query {

// A statement that ended with SQLITE_FULL and `message`: for want of temporary space, of which it
// says whose, or of room on the disk.
ApiError full_error(const std::string& message);

}  // namespace prodev::query
