#include "db/turns.h"

#include <chrono>

#include "base/clock.h"

namespace prodev::db {

bool Turns::take(int64_t deadline_ns) {
  std::unique_lock lock(mutex_);
  const auto is_free = [this] { return free_ > 0; };
  if (deadline_ns == 0) {
    changed_.wait(lock, is_free);
  } else {
    const std::chrono::nanoseconds left(deadline_ns - base::monotonic_ns());
    if (!changed_.wait_for(lock, left, is_free)) return false;
  }
  --free_;
  return true;
}

void Turns::give() {
  {
    const std::lock_guard lock(mutex_);
    ++free_;
  }
  changed_.notify_one();
}

}  // namespace prodev::db
