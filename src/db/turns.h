// Turns: how many reads work at the same time. The others wait, so that cores are left to those
// who ask for little.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace prodev::db {

// Any thread.
class Turns {
 public:
  // `patience_ns`: for how long reads that go on let others begin before them.
  explicit Turns(size_t at_once, int64_t patience_ns = 50'000'000)
      : patience_ns_(patience_ns), free_(at_once) {}

  enum class Read : uint8_t { kBegins, kGoesOn };

  // Waits for a turn. False: there was none before `deadline_ns` (base::monotonic_ns; 0: no limit).
  bool take(Read read, int64_t deadline_ns);
  void give();
  // How many wait for one.
  size_t waiting() const;

 private:
  struct Waiter {
    int64_t due_ns;
    std::condition_variable changed;
    bool has_turn = false;
  };

  bool wait(Waiter& waiter, std::unique_lock<std::mutex>& lock, int64_t deadline_ns);

  const int64_t patience_ns_;
  mutable std::mutex mutex_;
  size_t free_;                   // guarded by mutex_; 0 while somebody waits
  std::vector<Waiter*> waiting_;  // guarded by mutex_; those due last first
};

}  // namespace prodev::db
