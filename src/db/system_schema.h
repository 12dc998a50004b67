// The system's own tables: the embedded files schema/system/NNNN_name.sql, applied in order.
#pragma once

#include <string_view>

#include "base/result.h"
#include "db/connection.h"

namespace prodev::db {

// Whether no surface ever shows a table of this name: the system's own (_prodev_...) and SQLite's
// (sqlite_...), in any case, as SQLite compares names. Every other name is the project's.
bool is_system_table(std::string_view name);

enum class SystemTablesState {
  kNone,     // there are none yet
  kEarlier,  // an earlier version made them: apply_system_migrations() changes them
  kCurrent,
  kLater,  // a later version made them: apply_system_migrations() refuses
};

base::Result<SystemTablesState> system_tables_state(Connection& connection);

// Brings the system tables up to what this executable knows, in one transaction, recorded in
// _prodev_system_migration; takes no lock when nothing is to be done. kUsage, with nothing touched,
// when a newer prodev has changed them.
base::Result<void> apply_system_migrations(Connection& connection);

}  // namespace prodev::db
