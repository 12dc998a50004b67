// For those who work for a statement and know nothing of it.
#pragma once

namespace prodev::db {

// Whether the statement that this thread runs, if any is watched (deadline.h), is to end.
bool must_end_thread();

}  // namespace prodev::db
