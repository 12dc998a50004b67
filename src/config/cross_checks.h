// What settings demand of one another.
#pragma once

#include "base/result.h"
#include "config/config_file.h"

namespace prodev::config {

// Lowers defaults that nobody chose to the limits that somebody did, so that `--max-body-bytes
// 1KiB` alone is enough.
void fit_defaults(Settings& settings, const Origins& origins);

// The error (kUsage) names where the settings that clash were given.
base::Result<void> check_together(const Settings& settings, const Origins& origins);

}  // namespace prodev::config
