// FairQueue: a bounded queue that serves clients in turn, each with at most so many at a time, so
// that one who asks for much holds back only itself. When the queue is full, who has little waiting
// takes the place of who has most.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

namespace prodev::http {

// All functions may be called from any thread.
template <class Client, class T>
class FairQueue {
 public:
  FairQueue(size_t capacity, size_t at_once_per_client)
      : capacity_(capacity), at_once_(at_once_per_client) {}

  // Gives back what there is no place for, if anything: the newest item of whoever has most
  // waiting, or `item` itself when its client would then have as many, or when the queue is
  // closed.
  [[nodiscard]] std::optional<T> push(const Client& client, T item) {
    std::optional<T> displaced;
    {
      const std::lock_guard lock(mutex_);
      if (closed_) return item;
      if (size_ >= capacity_) {
        displaced = take_newest_of_most(count_waiting(client) + 1);
        if (!displaced) return item;
      }
      Share& share = shares_[client];
      share.items.push_back(std::move(item));
      ++size_;
      if (share.items.size() > 1 || share.served == at_once_) return displaced;
      next_.push_back(client);
    }
    changed_.notify_one();
    return displaced;
  }

  // Blocks until a client may be served; nullopt once closed and empty. After serving the item,
  // call finish() with its client.
  std::optional<std::pair<Client, T>> pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !next_.empty() || (closed_ && size_ == 0); });
    if (next_.empty()) return std::nullopt;
    const Client client = next_.front();
    next_.pop_front();
    Share& share = shares_[client];
    std::pair<Client, T> taken(client, std::move(share.items.front()));
    share.items.pop_front();
    ++share.served;
    if (!share.items.empty() && share.served < at_once_) {
      next_.push_back(client);
      changed_.notify_one();  // the push told nobody: the client was in line already
    }
    if (--size_ == 0 && closed_) changed_.notify_all();
    return taken;
  }

  void finish(const Client& client) {
    const std::lock_guard lock(mutex_);
    const auto found = shares_.find(client);
    Share& share = found->second;
    const bool was_held_back = share.served == at_once_ && !share.items.empty();
    --share.served;
    if (was_held_back) {
      next_.push_back(client);
      changed_.notify_one();
    }
    if (share.served == 0 && share.items.empty()) shares_.erase(found);
  }

  // No more pushes; pops go on until the queue is empty.
  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    changed_.notify_all();
  }

  size_t size() const {
    const std::lock_guard lock(mutex_);
    return size_;
  }

 private:
  struct Share {
    std::deque<T> items;
    size_t served = 0;
  };

  size_t count_waiting(const Client& client) const {
    const auto known = shares_.find(client);
    return known == shares_.end() ? 0 : known->second.items.size();
  }

  // Nothing when nobody has more than `more_than`, which is at least one: who gives an item up has
  // others left, and its place in line.
  std::optional<T> take_newest_of_most(size_t more_than) {
    Share* most = nullptr;
    for (auto& [client, share] : shares_) {
      if (share.items.size() <= more_than) continue;
      most = &share;
      more_than = share.items.size();
    }
    if (most == nullptr) return std::nullopt;
    T newest = std::move(most->items.back());
    most->items.pop_back();
    --size_;
    return newest;
  }

  const size_t capacity_;
  const size_t at_once_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<Client, Share> shares_;  // guarded by mutex_; of clients with items, or that are served
  std::deque<Client> next_;  // guarded by mutex_; those who have items and may be served, each once
  size_t size_ = 0;          // guarded by mutex_; items of all
  bool closed_ = false;      // guarded by mutex_
};

}  // namespace prodev::http
