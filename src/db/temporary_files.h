// What SQLite writes to temporary files, for sorting and for results that it must keep, is counted
// as what requests hold of the disk (base/temporary_store.h).
#pragma once

#include "base/budget.h"
#include "base/temporary_store.h"

namespace prodev::db {

// Before the first connection, once for the process; later calls do nothing.
void count_temporary_files();

// The temporary files that this thread has SQLite open from now on, until the end of the scope, are
// of `client`. What goes beyond its part is refused, and the statement ends with SQLITE_FULL. They
// do not nest, and the store outlives the files.
class TemporaryLimit {
 public:
  TemporaryLimit(base::TemporaryStore& store, const base::Budget::Client& client);
  ~TemporaryLimit();
  TemporaryLimit(const TemporaryLimit&) = delete;
  TemporaryLimit& operator=(const TemporaryLimit&) = delete;
};

// Why this thread was last refused room under its present limit, or under the last one. kGranted:
// it was not.
base::Budget::Grant temporary_refusal();

}  // namespace prodev::db
