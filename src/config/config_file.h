// prodev.toml: reads the file into settings.
#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "config/settings_table.h"

namespace prodev::config {

// Name of a setting -> where its value stands, as errors show it; absent: the default holds.
using Origins = std::map<std::string_view, std::string>;

// Sets what the file at `path` holds and notes "path:line: key" in `origins`. `allow_dir` is false
// for the file that was itself found through `dir`.
base::Result<void> load_config_file(const std::string& path, bool allow_dir, Settings& settings,
                                    Origins& origins);

}  // namespace prodev::config
