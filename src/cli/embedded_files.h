// Writing files that are embedded in the executable into a project folder.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string_view>

#include "base/result.h"

namespace prodev::cli {

// Writes every embedded file below `prefix` ("packaging/templates/project/") into `folder`, telling
// each to `out`. Files that are there are an error and stay as they are; "gitignore" becomes
// ".gitignore", since names that begin with a dot are not embedded.
base::Result<void> write_embedded_files(std::string_view prefix,
                                        const std::filesystem::path& folder, std::ostream& out);

}  // namespace prodev::cli
