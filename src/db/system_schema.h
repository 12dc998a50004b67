// The system's own tables: the embedded files schema/system/NNNN_name.sql, applied in order.
#pragma once

#include "base/result.h"
#include "db/connection.h"

namespace prodev::db {

// Brings the system tables up to what this executable knows, in one transaction, recorded in
// _system_migration; takes no lock when nothing is to be done. kUsage, with nothing touched, when a
// newer prodev has changed them.
base::Result<void> apply_system_migrations(Connection& connection);

}  // namespace prodev::db
