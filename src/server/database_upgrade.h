// The system's own tables of a database that an earlier version made.
#pragma once

#include "base/result.h"
#include "config/settings.h"
#include "db/connection.h"

namespace prodev::server {

// Brings them up to what this version knows (db::apply_system_migrations). Of a database that an
// earlier version made, a copy is first put beside its file, as FILE.before-upgrade in place of an
// older one, and the log tells so; kUnavailable, with nothing changed, when there is no room for
// it.
base::Result<void> upgrade_system_tables(const config::Settings& settings,
                                         db::Connection& connection);

}  // namespace prodev::server
