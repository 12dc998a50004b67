// Analyzer: keeps SQLite's statistics of tables and indexes fresh, which its planner and estimated
// counts go by.
#pragma once

#include <cstdint>

#include "db/connection.h"

namespace prodev::db {

// ANALYZE, with so many rows of each index at most that it takes milliseconds however long the
// tables are (sqlite.org/lang_analyze, section 3).
base::Result<void> analyze(Connection& connection);

class Analyzer {
 public:
  // `writer` outlives this and belongs to the same thread.
  explicit Analyzer(Connection& writer) : writer_(writer) {}

  // Called between batches: analyzes when enough was written since the last time. True when it did.
  // Takes at most a hundredth of the time.
  bool run_when_due();

 private:
  static constexpr int64_t kLeastChanges = 1'000;  // rows
  static constexpr int64_t kLeastPause_ns = 10'000'000'000;

  Connection& writer_;
  int64_t last_changes_ = 0;
  int64_t next_ns_ = 0;
};

}  // namespace prodev::db
