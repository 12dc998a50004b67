// Deadline: a limit on the time of a connection's statements.
#pragma once

#include <cstdint>

#include "db/connection.h"

namespace prodev::db {

// For as long as it lives, a statement of `connection` that runs past `deadline_ns`
// (base::monotonic_ns) ends with kTimeout. One that writes takes its whole transaction with it
// (sqlite.org, c3ref/interrupt). For connections without one of their own (reader.h has).
class Deadline {
 public:
  Deadline(Connection& connection, int64_t deadline_ns);
  ~Deadline();
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

 private:
  static int check(void* deadline);

  Connection& connection_;
  const int64_t deadline_ns_;
};

// SQLite looks at the time between instructions, and the call of a function is one. So a function
// that may work long on a single value asks itself, now and then, whether the statement of `handle`
// that this thread runs is past its deadline, and then ends with SQLITE_INTERRUPT.
bool is_past_deadline(const sqlite3* handle);

// Tells is_past_deadline() of the statements that this thread is about to run. 0: no limit.
void set_thread_deadline(const sqlite3* handle, int64_t deadline_ns);

}  // namespace prodev::db
