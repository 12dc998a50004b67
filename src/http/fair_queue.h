// FairQueue: a bounded queue from which some threads serve clients in turn, so that one who asks
// for much holds back only itself. When the queue is full, who has little waiting takes the place
// of who has most.
//
// However long each item takes, a thread is to be free for a client that has none: clients share
// all threads but two, half of them at most for one of them, and these two serve only who is not
// served otherwise.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

namespace prodev::http {

// All functions may be called from any thread.
template <class Client, class T>
class FairQueue {
 public:
  FairQueue(size_t capacity, size_t threads) : capacity_(capacity), threads_(threads) {}

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
      if (share.items.size() == 1) next_.push_back(client);
    }
    changed_.notify_one();
    return displaced;
  }

  // Blocks until a client may be served; nullopt once closed and empty. After serving the item,
  // call finish() with its client.
  std::optional<std::pair<Client, T>> pop() {
    std::unique_lock lock(mutex_);
    auto next = next_.end();
    changed_.wait(lock, [&] {
      next = find_next();
      return next != next_.end() || (closed_ && size_ == 0);
    });
    if (next == next_.end()) return std::nullopt;
    const Client client = *next;
    next_.erase(next);
    Share& share = shares_[client];
    std::pair<Client, T> taken(client, std::move(share.items.front()));
    share.items.pop_front();
    ++share.served;
    ++served_;
    if (!share.items.empty()) next_.push_back(client);
    if (--size_ == 0 && closed_) changed_.notify_all();
    if (find_next() != next_.end()) changed_.notify_one();  // what happened may allow several
    return taken;
  }

  void finish(const Client& client) {
    {
      const std::lock_guard lock(mutex_);
      const auto found = shares_.find(client);
      Share& share = found->second;
      --share.served;
      --served_;
      if (share.served == 0 && share.items.empty()) shares_.erase(found);
    }
    changed_.notify_one();
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

  static constexpr size_t kKept = 2;  // threads for clients that are not served

  bool may_be_served(const Share& share) const {
    if (share.served == 0) return true;
    if (served_ + kKept >= threads_) return false;
    return share.served < std::min(threads_ / 2, (threads_ - kKept) / shares_.size());
  }

  // Whose turn it is. Looks at few: no more clients are passed over than there are threads.
  typename std::list<Client>::iterator find_next() {
    return std::find_if(next_.begin(), next_.end(), [&](const Client& client) {
      return may_be_served(shares_.find(client)->second);
    });
  }

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
  const size_t threads_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<Client, Share> shares_;  // guarded by mutex_; of clients with items, or that are served
  std::list<Client> next_;          // guarded by mutex_; those who have items, in turn, each once
  size_t size_ = 0;                 // guarded by mutex_; items of all that wait
  size_t served_ = 0;               // guarded by mutex_; items of all that are served
  bool closed_ = false;             // guarded by mutex_
};

}  // namespace prodev::http
