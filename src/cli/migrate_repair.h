// prodev migrate accept and baseline: what is recorded as applied is changed, and nothing runs.
#pragma once

#include <iosfwd>
#include <string>

#include "base/result.h"
#include "config/settings.h"

namespace prodev::cli {

// Shows how `name` differs from what was applied, and takes it as it is.
base::Result<int> accept_file(const config::Settings& settings, const std::string& name,
                              std::ostream& out);

// Takes the database as having the files up to `last` (all when it is empty) applied, and shows how
// it differs from one that they would make.
base::Result<int> make_baseline(const config::Settings& settings, const std::string& last,
                                std::ostream& out);

}  // namespace prodev::cli
