// A copy of a database while it is in use.
#pragma once

#include "base/result.h"
#include "db/connection.h"

namespace prodev::db {

// Makes `target`, which must be empty, what `source` is now: one consistent state, without holding
// up those who read and write. Blocks for as long as it takes to write the file.
base::Result<void> copy_database(Connection& source, Connection& target);

}  // namespace prodev::db
