// A copy of a database while it is in use, and a database made into what another one is.
#pragma once

#include <functional>

#include "base/result.h"
#include "db/connection.h"

namespace prodev::db {

// Makes `target`, which must be empty, what `source` is now: one consistent state, without holding
// up those who read and write. Blocks for as long as it takes to write the file.
base::Result<void> copy_database(Connection& source, Connection& target);

// Makes `target` what `source` is, in one transaction of `target`'s file: who reads it goes on with
// the old state until then, who writes waits, and no file is exchanged under an open connection.
// `unchanged` is asked while nobody can write any more; false from it leaves `target` as it is, and
// is what this returns.
// REQUIRES: `target` has no open transaction, and the page size of `source`.
base::Result<bool> replace_database(Connection& source, Connection& target,
                                    const std::function<base::Result<bool>()>& unchanged);

}  // namespace prodev::db
