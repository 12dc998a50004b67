// Interruption: ends the statements of a connection when a flag is raised.
#pragma once

#include <atomic>

#include "db/connection.h"

namespace prodev::db {

// For as long as it lives, a statement of `connection` that runs while `flag` is true, or
// once end_statements() was called, ends with kTimeout. `flag` may be raised by any thread; null:
// nothing is ended.
class Interruption {
 public:
  Interruption(Connection& connection, const std::atomic<bool>* flag);
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

 private:
  static int is_over(void* flag) noexcept;

  Connection& connection_;
  const std::atomic<bool>* flag_;
};

}  // namespace prodev::db
