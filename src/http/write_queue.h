// WriteQueue: what waits for the write lane: short writes, which are taken together, and long ones,
// each of which is taken alone, so that between two of them the short ones have their turn.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

namespace prodev::http {

// All functions may be called from any thread.
template <class T>
class WriteQueue {
 public:
  explicit WriteQueue(size_t capacity) : capacity_(capacity) {}

  // False when the queue is full or closed; `item` is then left as it was.
  [[nodiscard]] bool try_push(T&& item, bool is_long) {
    {
      const std::lock_guard lock(mutex_);
      if (closed_ || short_.size() + long_.size() >= capacity_) return false;
      (is_long ? long_ : short_).push_back(std::move(item));
    }
    ready_.notify_one();
    return true;
  }

  // Blocks until there is an item, then takes up to `most` short ones or a long one; empty once
  // closed and empty. Of one thread.
  std::vector<T> pop_batch(size_t most) {
    std::unique_lock lock(mutex_);
    ready_.wait(lock, [&] { return closed_ || !short_.empty() || !long_.empty(); });
    const bool takes_long = !long_.empty() && (short_.empty() || !last_was_long_);
    std::deque<T>& from = takes_long ? long_ : short_;
    std::vector<T> batch;
    while (!from.empty() && batch.size() < (takes_long ? 1 : most)) {
      batch.push_back(std::move(from.front()));
      from.pop_front();
    }
    last_was_long_ = takes_long;
    return batch;
  }

  // No more pushes; pops go on until the queue is empty.
  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    ready_.notify_all();
  }

  size_t size() const {
    const std::lock_guard lock(mutex_);
    return short_.size() + long_.size();
  }

 private:
  const size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable ready_;
  // Guarded by mutex_.
  std::deque<T> short_, long_;
  bool last_was_long_ = false;
  bool closed_ = false;
};

}  // namespace prodev::http
