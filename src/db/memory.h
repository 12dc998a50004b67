// What SQLite, and what works for it, may take of memory.
//
// SQLite's own counting takes a lock that all threads share, so each thread counts for itself: what
// it took less what it gave back. Under a MemoryLimit SQLite is refused what goes beyond, and the
// statement ends with SQLITE_NOMEM.
//
// So does a statement whose time is over and that asks for memory of a page or more. SQLite looks
// at the time between instructions, but a full-text index answers in one, however long it takes: it
// merges what begins with a prefix for seconds. Each page that it reads is such a piece.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/budget.h"

namespace prodev::db {

// Before the first connection, once for the process; later calls do nothing.
void count_memory();

// A limit on what this thread takes from now on, until the end of the scope. They do not nest.
class MemoryLimit {
 public:
  // `lease`, which outlives this, is to hold what is taken; it decides.
  explicit MemoryLimit(base::Budget::Lease& lease);
  explicit MemoryLimit(uint64_t bytes);
  ~MemoryLimit();
  MemoryLimit(const MemoryLimit&) = delete;
  MemoryLimit& operator=(const MemoryLimit&) = delete;
};

// Why this thread was last refused memory under its present limit, or under the last one. kGranted:
// it was not.
base::Budget::Grant memory_refusal();

// Whether it was for the time.
bool memory_timed_out();

// Memory that a function of ours holds for the statement that runs it. False: it may not, and the
// statement is to end with SQLITE_NOMEM; nothing was counted.
bool take_memory(size_t bytes);
void give_memory(size_t bytes);

}  // namespace prodev::db
