// WriteQueue: what waits for the write lane. One thread serves all, so clients take turns by the
// time that they have taken of it, and what is known to be slow is taken alone.
//
// Who would be done first, were the writer shared by all who wait, is served first (weighted fair
// queuing): a client is charged the time of its writes, and the next is expected to take what those
// of its kind took (write_costs.h), or, of a kind that nobody knows, what the client's last ones
// took. So one that wrote much waits for those that wrote little. And after a slow write those come
// first that are known to be quick: they wait for one slow write at most, however many wait, and
// of however many clients, were they never seen before. It is the kind that tells, since clients
// cost an attacker nothing: with many addresses each slow write could come from a new one.
// Where one client alone waits, its writes are taken together, slow ones too, but for the long
// ones: the batch ends in time by itself.
//
// The queue is bounded. When it is full, who has little waiting takes the place of who has most. A
// client's long items and its others are two lines, as if they were of two clients.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <numeric>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "http/write_costs.h"

namespace prodev::http {

// All functions may be called from any thread, but pop_batch() and finish_batch(), which are of
// one.
template <class Client, class T>
class WriteQueue {
 public:
  explicit WriteQueue(size_t capacity) : capacity_(capacity) {}

  // Gives back what there is no place for, if anything: the newest item of whoever has most
  // waiting, or `item` itself when its client would then have as many of its sort, long or not, or
  // when the queue is closed.
  [[nodiscard]] std::optional<T> push(const Client& client, T item, const WriteKind& kind) {
    std::optional<T> displaced;
    {
      const std::lock_guard lock(mutex_);
      if (closed_) return item;
      if (size_ >= capacity_) {
        displaced = take_newest_of_most(count_waiting({client, kind.is_long}) + 1);
        if (!displaced) return item;
      }
      Share& share = shares_.try_emplace({client, kind.is_long}, kind.is_long).first->second;
      if (share.items.empty()) begin_waiting(share);
      share.items.push_back({std::move(item), key_of(client, kind)});
      ++size_;
    }
    ready_.notify_one();
    return displaced;
  }

  // Blocks until there is an item, then takes up to `most`: quick ones, or a slow one, or all of
  // the one client that waits; empty once closed and empty. To be followed by finish_batch().
  std::vector<T> pop_batch(size_t most) {
    std::unique_lock lock(mutex_);
    ready_.wait(lock, [&] { return closed_ || size_ > 0; });
    sharing_ = waiting_.size();
    const bool delays_nobody = sharing_ == 1 && !waiting_.front()->is_long;
    for (Share* share : waiting_) expect(*share);
    std::make_heap(waiting_.begin(), waiting_.end(), comes_later());
    std::vector<T> batch;
    int64_t left_ns = WriteCost::kBatch;
    while (!waiting_.empty() && batch.size() < most) {
      const int64_t expected_ns = waiting_.front()->next_ns;
      const bool is_slow = !delays_nobody && expected_ns >= WriteCost::kSlow;
      const bool waits =
          is_slow || expected_ns > left_ns || (after_slow_ && !is_quick(expected_ns));
      if (!batch.empty() && waits && !delays_nobody) break;
      batch.push_back(take_first());
      left_ns -= expected_ns;
      if (is_slow) break;
    }
    return batch;
  }

  // What became of the batch that was taken last: how long each of its items, in order, was worked
  // on, and how long all took with their commit. `undone`: places of items that wait again, in the
  // order of the batch.
  void finish_batch(std::vector<T>& batch, std::span<const size_t> undone,
                    std::span<const int64_t> worked_ns, int64_t took_ns) {
    const std::lock_guard lock(mutex_);
    charge(worked_ns, took_ns);
    after_slow_ = std::any_of(worked_ns.begin(), worked_ns.end(),
                              [](int64_t worked) { return worked >= WriteCost::kSlow; });
    for (size_t i = undone.size(); i-- > 0;) {
      const Taken& taken = taken_[undone[i]];
      if (taken.share->items.empty()) waiting_.push_back(taken.share);
      taken.share->items.push_front({std::move(batch[undone[i]]), taken.key});
      ++size_;
    }
    taken_.clear();
    if (size_ == 0) now_ns_ = latest_ns_;  // nobody waits for what others have used
    if (shares_.size() > forgets_at_) forget();
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
    return size_;
  }

 private:
  struct Item {
    T item;
    WriteCosts::Key key;
  };
  // A client's long items, or its others, and what is known of them.
  struct Share {
    explicit Share(bool long_items) : expected_ns(first_ns(long_items)), is_long(long_items) {}
    std::deque<Item> items;
    int64_t used_ns = 0;  // of the writer, on the clock of now_ns_
    int64_t expected_ns;  // of an item of a kind that is not known
    int64_t next_ns = 0;  // what the first of the items is expected to take
    bool is_long;
  };
  struct Taken {
    Share* share;
    WriteCosts::Key key;
    int64_t expected_ns;
  };

  static constexpr size_t kRemembered = 4'096;  // clients

  static int64_t first_ns(bool is_long) { return is_long ? WriteCost::kSlow : WriteCost::kUnknown; }
  static WriteCosts::Key key_of(const Client& client, const WriteKind& kind) {
    return WriteCosts::key_of({reinterpret_cast<const char*>(client.data()), client.size()}, kind);
  }
  static bool is_quick(int64_t expected_ns) { return expected_ns < WriteCost::kUnknown; }

  // The order of turns, last first, as heaps want it.
  auto comes_later() const {
    return [quick_first = after_slow_](const Share* a, const Share* b) {
      const bool quick_a = is_quick(a->next_ns);
      if (quick_first && quick_a != is_quick(b->next_ns)) return !quick_a;
      return a->used_ns + a->next_ns > b->used_ns + b->next_ns;
    };
  }

  // REQUIRES: the share has items. A client that is known to be quick need not be so with something
  // new.
  void expect(Share& share) const {
    const WriteCosts::Key& key = share.items.front().key;
    const int64_t least_ns = key.kind == 0 ? 0 : WriteCost::kUnknown;
    share.next_ns = costs_.find(key).value_or(std::max(share.expected_ns, least_ns));
  }

  size_t count_waiting(const std::pair<Client, bool>& whose) const {
    const auto known = shares_.find(whose);
    return known == shares_.end() ? 0 : known->second.items.size();
  }

  // Nothing when nobody has more than `more_than`, which is at least one: who gives an item up has
  // others left, and its place in line.
  std::optional<T> take_newest_of_most(size_t more_than) {
    Share* most = nullptr;
    for (Share* share : waiting_) {
      if (share->items.size() <= more_than) continue;
      most = share;
      more_than = share->items.size();
    }
    if (most == nullptr) return std::nullopt;
    T newest = std::move(most->items.back().item);
    most->items.pop_back();
    --size_;
    return newest;
  }

  // Who was away has no claim on what others did meanwhile.
  void begin_waiting(Share& share) {
    share.used_ns = std::max(share.used_ns, now_ns_);
    waiting_.push_back(&share);
  }

  // REQUIRES: waiting_ is a heap, and not empty.
  T take_first() {
    std::pop_heap(waiting_.begin(), waiting_.end(), comes_later());
    Share& share = *waiting_.back();
    Item next = std::move(share.items.front());
    share.items.pop_front();
    --size_;
    taken_.push_back({&share, next.key, share.next_ns});
    share.used_ns += share.next_ns;
    if (share.items.empty()) {
      waiting_.pop_back();
    } else {
      expect(share);
      std::push_heap(waiting_.begin(), waiting_.end(), comes_later());
    }
    return std::move(next.item);
  }

  // Each pays for its part of the commit, too, but is not expected to be slow for it: a commit
  // takes as long for many as for one.
  void charge(std::span<const int64_t> worked_ns, int64_t took_ns) {
    const int64_t all_ns = std::accumulate(worked_ns.begin(), worked_ns.end(), int64_t{0});
    const double price =
        all_ns > 0 ? static_cast<double>(took_ns) / static_cast<double>(all_ns) : 0;
    for (size_t i = 0; i < taken_.size(); ++i) {
      Share& share = *taken_[i].share;
      const int64_t worked = worked_ns[i];
      share.used_ns +=
          static_cast<int64_t>(static_cast<double>(worked) * price) - taken_[i].expected_ns;
      latest_ns_ = std::max(latest_ns_, share.used_ns);
      if (worked == 0) continue;  // it was not begun
      costs_.add(taken_[i].key, worked);
      // What was slow once may be so again; what was quick four times is quick.
      share.expected_ns = std::max(worked, share.expected_ns - (share.expected_ns - worked) / 4);
    }
    now_ns_ += took_ns / static_cast<int64_t>(std::max<size_t>(sharing_, 1));
  }

  // Those first who are as good as new, then who used least of the writer lately.
  void forget() {
    std::vector<int64_t> used_ns;
    std::erase_if(shares_, [&](const auto& known) {
      const Share& share = known.second;
      if (!share.items.empty()) return false;
      if (share.used_ns <= now_ns_ && share.expected_ns <= first_ns(share.is_long)) return true;
      used_ns.push_back(share.used_ns);
      return false;
    });
    if (used_ns.size() > kRemembered / 2) {
      const auto middle = used_ns.end() - kRemembered / 2;
      std::nth_element(used_ns.begin(), middle, used_ns.end());
      std::erase_if(shares_, [&](const auto& known) {
        return known.second.items.empty() && known.second.used_ns < *middle;
      });
    }
    forgets_at_ = std::max(kRemembered, 2 * shares_.size());
  }

  const size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable ready_;
  // Guarded by mutex_.
  std::map<std::pair<Client, bool>, Share> shares_;  // by is_long, too; who waits, or has waited
  std::vector<Share*> waiting_;                      // those with items, each once
  WriteCosts costs_;
  size_t forgets_at_ = kRemembered;  // so many shares
  std::vector<Taken> taken_;         // of the batch under way
  size_t sharing_ = 0;               // who waited when it was taken
  size_t size_ = 0;
  int64_t now_ns_ = 0;     // a clock that goes as fast as each of those who wait is served
  int64_t latest_ns_ = 0;  // the most that anybody has used
  bool after_slow_ = false;
  bool closed_ = false;
};

}  // namespace prodev::http
