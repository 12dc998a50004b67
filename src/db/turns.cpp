#include "db/turns.h"

#include <algorithm>
#include <chrono>

#include "base/clock.h"

namespace prodev::db {

bool Turns::take(const Client& client, Read read, int64_t deadline_ns) {
  std::unique_lock lock(mutex_);
  Share& share = enter(client);
  if (free_ > 0) {
    --free_;
    share.had_ns += kTurn_ns;  // until it is known
    return true;
  }
  Waiter waiter;
  waiter.client = client;
  waiter.due_ns = base::monotonic_ns() + (read == Read::kBegins ? 0 : patience_ns_);
  const auto due_earlier = [&](const Waiter* other) { return other->due_ns <= waiter.due_ns; };
  waiting_.insert(std::partition_point(waiting_.begin(), waiting_.end(), due_earlier), &waiter);
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
  leave(waiter.client);
  return false;
}

size_t Turns::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

// Notified under the mutex, since the waiter is gone as soon as it has its turn.
void Turns::give(const Client& client, int64_t worked_ns) {
  const std::lock_guard lock(mutex_);
  shares_[client].had_ns += worked_ns - kTurn_ns;
  shared_ns_ += worked_ns / static_cast<int64_t>(clients_);
  leave(client);
  if (waiting_.empty()) {
    ++free_;
    return;
  }
  const auto place = find_next();
  Waiter& next = **place;
  waiting_.erase(place);
  shares_[next.client].had_ns += kTurn_ns;
  next.has_turn = true;
  next.changed.notify_one();
}

// What a client did not take is not kept for it, and what it had while nobody else wanted it is not
// held against it for long.
Turns::Share& Turns::enter(const Client& client) {
  Share& share = shares_[client];
  if (share.reads++ == 0) ++clients_;
  share.had_ns = std::clamp(share.had_ns, shared_ns_ - kMostBefore_ns, shared_ns_ + kMostBehind_ns);
  return share;
}

// Those are forgotten who would begin anew as they are.
void Turns::leave(const Client& client) {
  if (--shares_[client].reads > 0) return;
  --clients_;
  std::erase_if(shares_, [&](const auto& known) {
    return known.second.reads == 0 && known.second.had_ns <= shared_ns_ - kMostBefore_ns;
  });
}

std::vector<Turns::Waiter*>::iterator Turns::find_next() {
  return std::min_element(waiting_.begin(), waiting_.end(),
                          [&](const Waiter* one, const Waiter* other) {
                            return shares_[one->client].had_ns < shares_[other->client].had_ns;
                          });
}

}  // namespace prodev::db
