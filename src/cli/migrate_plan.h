// `prodev migrate plan`: what the pending files would do, tried on a copy of the database.
#pragma once

#include <iosfwd>

#include "base/result.h"
#include "config/settings.h"

namespace prodev::cli {

base::Result<int> plan_migrations(const config::Settings& settings, std::ostream& out);

}  // namespace prodev::cli
