// Databases whose system tables still have the names they had before all of them began with
// _prodev_.
#pragma once

#include "base/result.h"
#include "db/connection.h"

namespace prodev::db {

// Whether the system tables of `connection` have their former names. A table of the project that
// happens to have such a name is not taken for one: its columns are compared.
base::Result<bool> has_former_system_tables(Connection& connection);

// Gives each its present name, with everything that refers to it.
// REQUIRES: has_former_system_tables(), and an open transaction.
base::Result<void> rename_former_system_tables(Connection& connection);

}  // namespace prodev::db
