// How functions within statements ask whether these may go on (reader.h, write_hold.h and
// deadline.h say for how long).
#pragma once

#include <cstdint>

#include "db/connection.h"

namespace prodev::db {

// SQLite looks at the time between instructions, and the call of a function is one. So a function
// whose work depends on the length of a value asks itself, before and now and then during it,
// whether the statement of `handle` that this thread runs is to end, and then ends with
// SQLITE_INTERRUPT. `steps` is the work that it is about to do, in nanoseconds at worst: where only
// little work is allowed (Watch::most_steps) it is counted, and refused before it is begun.
bool must_end(const sqlite3* handle, uint64_t steps = 0);

// The same for those who work for a statement and know nothing of it: whether the one that this
// thread runs, if any is watched, is to end.
bool must_end_thread();

// The statement that this thread runs is about to wait for others: they have its turn until it is
// next asked whether it must end. False: it does not work in turns, and may not wait.
bool give_turn_of_thread();

// What the statements of `handle` have worked on this thread since watch_thread(), in steps.
uint64_t steps_taken(const sqlite3* handle);

// From now on every watched statement of the process ends when it is next looked at: the server has
// no more time for them.
void end_statements();
bool statements_end();

// How often a connection that writes asks whether a statement is to end: some tens of microseconds.
constexpr int kInstructionsBetweenChecks = 4'000;

// Who answers must_end() on this thread.
struct Watch {
  static constexpr uint64_t kNoLimit = UINT64_MAX;

  const sqlite3* handle = nullptr;
  int (*is_over)(void*) = nullptr;  // as a progress handler: not 0, the statement is to end
  void* self = nullptr;
  uint64_t most_steps = kNoLimit;
  void (*give_turn)(void*) = nullptr;  // to others; null: it does not work in turns
};
// From now on, for this thread, until unwatch_thread() of its handle or the next call.
void watch_thread(const Watch& watch);
// Nobody answers for `handle` on this thread any more: a connection that is opened later may have
// its address.
void unwatch_thread(const sqlite3* handle);

}  // namespace prodev::db
