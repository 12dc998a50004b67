// Files without a name: gone when their descriptor is closed, also after a crash.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/unique_fd.h"

namespace prodev::base {

// An empty file in `directory`, open for reading and writing. kUnavailable when it cannot be made.
Result<UniqueFd> make_temporary_file(const std::string& directory);

// Writes all of `bytes` at the file's position. kUnavailable when the disk is full or fails.
Result<void> write_all(int file, std::string_view bytes);

}  // namespace prodev::base
