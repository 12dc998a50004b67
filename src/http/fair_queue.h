// FairQueue: a bounded queue from which some threads serve clients in turn, so that one who asks
// for much holds back only itself. When the queue is full, who has little waiting takes the place
// of who has most.
//
// However long each item takes, a thread is to be free for a client that has none: clients share
// all threads but two, half of them at most for one of them, and these two serve only who is not
// served otherwise. Since that many clients may be served so, no long item stays there: an item
// that has been worked on for a while asks whether it may go on (may_go_on()), and else is pushed
// again as a long one, for which all threads but two are. So who is new waits for the beginnings of
// others only.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <iterator>
#include <list>
#include <map>
#include <mutex>
#include <optional>

namespace prodev::http {

// All functions may be called from any thread.
template <class Client, class T>
class FairQueue {
 public:
  FairQueue(size_t capacity, size_t threads) : capacity_(capacity), threads_(threads) {}

  struct Taken {
    Client client;
    T item;
    bool is_long;
  };

  // Gives back what there is no place for, if anything: the newest item of whoever has most
  // waiting, or `item` itself when its client would then have as many, or when the queue is
  // closed.
  [[nodiscard]] std::optional<T> push(const Client& client, T item, bool is_long = false) {
    std::optional<T> displaced;
    {
      const std::lock_guard lock(mutex_);
      if (closed_) return item;
      if (size_ >= capacity_) {
        displaced = take_newest_of_most(count_waiting(client) + 1);
        if (!displaced) return item;
      }
      Share& share = shares_[client];
      const bool waits_behind = is_long || !share.long_items.empty();
      std::deque<T>& items = share.items_of(waits_behind);
      items.push_back(std::move(item));
      ++size_;
      if (items.size() == 1) next_of(waits_behind).push_back(client);
      if (is_long) put_behind(client, share);
    }
    changed_.notify_one();
    return displaced;
  }

  // Blocks until a client may be served; nullopt once closed and empty. After serving the item,
  // call finish().
  std::optional<Taken> pop() {
    std::unique_lock lock(mutex_);
    std::optional<Next> next;
    changed_.wait(lock, [&] {
      next = find_next();
      return next || (closed_ && size_ == 0);
    });
    if (!next) return std::nullopt;
    std::optional<Taken> taken = take(*next);
    if (--size_ == 0 && closed_) changed_.notify_all();
    if (find_next()) changed_.notify_one();  // what happened may allow several
    return taken;
  }

  // Of an item that is served, and has been for a while: whether it may go on, as a long one, or
  // because nobody waits for its thread.
  bool may_go_on(Taken& taken) {
    const std::lock_guard lock(mutex_);
    if (!taken.is_long && long_ < most_long()) {
      taken.is_long = true;
      ++long_;
    }
    return taken.is_long || closed_ || find_in(next_) == next_.end();
  }

  void finish(const Taken& taken) {
    {
      const std::lock_guard lock(mutex_);
      const auto found = shares_.find(taken.client);
      Share& share = found->second;
      --share.served;
      --served_;
      if (taken.is_long) --long_;
      if (share.served == 0 && share.waiting() == 0) shares_.erase(found);
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
    std::deque<T> long_items;
    size_t served = 0;

    std::deque<T>& items_of(bool is_long) { return is_long ? long_items : items; }
    size_t waiting() const { return items.size() + long_items.size(); }
  };
  using Clients = std::list<Client>;
  struct Next {
    typename Clients::iterator place;
    bool is_long;
  };

  static constexpr size_t kKept = 2;  // threads for clients that are not served

  bool may_be_served(const Share& share) const {
    if (share.served == 0) return true;
    if (served_ + kKept >= threads_) return false;
    return share.served < std::min(threads_ / 2, (threads_ - kKept) / shares_.size());
  }

  size_t most_long() const { return threads_ > kKept ? threads_ - kKept : threads_; }
  Clients& next_of(bool is_long) { return is_long ? next_long_ : next_; }

  // Whose turn it is. Looks at few: no more clients are passed over than there are threads.
  typename Clients::iterator find_in(Clients& next) {
    return std::find_if(next.begin(), next.end(), [&](const Client& client) {
      return may_be_served(shares_.find(client)->second);
    });
  }

  // Long ones and others by turns.
  std::optional<Next> find_next() {
    const auto first = find_in(next_);
    const bool others = first != next_.end();
    if (long_ < most_long() && (!others || after_other_)) {
      const auto first_long = find_in(next_long_);
      if (first_long != next_long_.end()) return Next{first_long, true};
    }
    if (!others) return std::nullopt;
    return Next{first, false};
  }

  // Others of a client that has a long one in line are not new: they wait behind it.
  void put_behind(const Client& client, Share& share) {
    if (share.items.empty()) return;
    std::move(share.items.begin(), share.items.end(), std::back_inserter(share.long_items));
    share.items.clear();
    next_.remove(client);
  }

  Taken take(const Next& next) {
    const Client client = *next.place;
    next_of(next.is_long).erase(next.place);
    Share& share = shares_[client];
    std::deque<T>& items = share.items_of(next.is_long);
    Taken taken{client, std::move(items.front()), next.is_long};
    items.pop_front();
    ++share.served;
    ++served_;
    if (next.is_long) ++long_;
    after_other_ = !next.is_long;
    if (!items.empty()) next_of(next.is_long).push_back(client);
    return taken;
  }

  size_t count_waiting(const Client& client) const {
    const auto known = shares_.find(client);
    return known == shares_.end() ? 0 : known->second.waiting();
  }

  // Nothing when nobody has more than `more_than`, which is at least one: who gives an item up has
  // others left.
  std::optional<T> take_newest_of_most(size_t more_than) {
    Share* most = nullptr;
    const Client* most_client = nullptr;
    for (auto& [client, share] : shares_) {
      if (share.waiting() <= more_than) continue;
      most = &share;
      most_client = &client;
      more_than = share.waiting();
    }
    if (most == nullptr) return std::nullopt;
    const bool is_long = most->items.empty();
    std::deque<T>& items = most->items_of(is_long);
    T newest = std::move(items.back());
    items.pop_back();
    if (items.empty()) next_of(is_long).remove(*most_client);
    --size_;
    return newest;
  }

  const size_t capacity_;
  const size_t threads_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<Client, Share> shares_;  // guarded by mutex_; of clients with items, or that are served
  Clients next_;                    // guarded by mutex_; those who have items, in turn, each once
  Clients next_long_;               // guarded by mutex_; those who have long ones
  size_t size_ = 0;                 // guarded by mutex_; items of all that wait
  size_t served_ = 0;               // guarded by mutex_; items of all that are served
  size_t long_ = 0;                 // guarded by mutex_; of these
  bool after_other_ = false;        // guarded by mutex_; whether the last one taken was not long
  bool closed_ = false;             // guarded by mutex_
};

}  // namespace prodev::http
