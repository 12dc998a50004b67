// For those who work for a statement and know nothing of it.
#pragma once

namespace prodev::db {

// Whether the statement that this thread runs, if any is watched (deadline.h), is to end.
bool must_end_thread();

// The statement that this thread runs is about to wait for others: they have its turn until it is
// next asked whether it must end. False: it does not work in turns, and may not wait.
bool give_turn_of_thread();

}  // namespace prodev::db
