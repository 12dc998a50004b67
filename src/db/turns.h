// Turns: how many long reads work at the same time. The others wait, so that cores are left to
// those who ask for little.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace prodev::db {

// Any thread.
class Turns {
 public:
  explicit Turns(size_t at_once) : free_(at_once) {}

  // Waits for a turn. False: there was none before `deadline_ns` (base::monotonic_ns; 0: no limit).
  bool take(int64_t deadline_ns);
  void give();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  size_t free_;  // guarded by mutex_
};

}  // namespace prodev::db
