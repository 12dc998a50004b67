// How long the statements of a connection may work that has no limit of its own (reader.h and
// write_hold.h have).
#pragma once

#include <cstdint>

#include "db/connection.h"

namespace prodev::db {

// For as long as it lives, a statement of `connection` that runs past `deadline_ns`
// (base::monotonic_ns) ends with kTimeout. One that writes takes its whole transaction with it
// (sqlite.org, c3ref/interrupt).
class Deadline {
 public:
  Deadline(Connection& connection, int64_t deadline_ns);
  ~Deadline();
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

 private:
  static int check(void* deadline) noexcept;

  Connection& connection_;
  const int64_t deadline_ns_;
};

}  // namespace prodev::db
