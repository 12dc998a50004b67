#include "db/turns.h"

#include <algorithm>
#include <chrono>

#include "base/clock.h"

namespace prodev::db {

bool Turns::take(Read read, int64_t deadline_ns) {
  std::unique_lock lock(mutex_);
  if (free_ > 0) {
    --free_;
    return true;
  }
  Waiter waiter;
  waiter.due_ns = base::monotonic_ns() + (read == Read::kBegins ? 0 : patience_ns_);
  const auto due_later = [&](const Waiter* other) { return other->due_ns > waiter.due_ns; };
  waiting_.insert(std::partition_point(waiting_.begin(), waiting_.end(), due_later), &waiter);
  return wait(waiter, lock, deadline_ns);
}

bool Turns::wait(Waiter& waiter, std::unique_lock<std::mutex>& lock, int64_t deadline_ns) {
  const auto has_turn = [&] { return waiter.has_turn; };
  if (deadline_ns == 0) {
    waiter.changed.wait(lock, has_turn);
    return true;
  }
  const std::chrono::nanoseconds left(deadline_ns - base::monotonic_ns());
  if (waiter.changed.wait_for(lock, left, has_turn)) return true;
  waiting_.erase(std::find(waiting_.begin(), waiting_.end(), &waiter));
  return false;
}

size_t Turns::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

// To the one that is due first, at once: nobody else can take it meanwhile. Notified under the
// mutex, since the waiter is gone as soon as it has its turn.
void Turns::give() {
  const std::lock_guard lock(mutex_);
  if (waiting_.empty()) {
    ++free_;
    return;
  }
  Waiter& next = *waiting_.back();
  waiting_.pop_back();
  next.has_turn = true;
  next.changed.notify_one();
}

}  // namespace prodev::db
