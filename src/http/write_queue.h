// WriteQueue: what waits for the write lane. One thread serves all, so clients take turns by the
// time that they have taken of it, and what is known to be slow is taken alone.
//
// Who would be done first, were the writer shared by all who wait, is served first (weighted fair
// queuing): a client is charged the time of its writes, and the next of each is expected to take
// what its last ones took. So one that wrote much waits for those that wrote little. And after a
// slow write those come first whose writes are known to be quick: they wait for one slow
// write at most, however many wait, and of however many clients. Where one client alone waits, its
// writes are taken together, slow ones too, but for the long ones: the batch ends in time by
// itself.
//
// The queue is bounded. When it is full, who has little waiting takes the place of who has most.
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
#include <utility>
#include <vector>

namespace prodev::http {

// Of writes, in nanoseconds.
struct WriteCost {
  static constexpr int64_t kUnknown =
      1'000'000;                                // of who has not written; less is known to be quick
  static constexpr int64_t kSlow = 10'000'000;  // from here on a write is a batch of its own
  static constexpr int64_t kBatch = 100'000'000;  // of what is taken together
};

// All functions may be called from any thread, but pop_batch() and finish_batch(), which are of
// one.
template <class Client, class T>
class WriteQueue {
 public:
  explicit WriteQueue(size_t capacity) : capacity_(capacity) {}

  // Gives back what there is no place for, if anything: the newest item of whoever has most
  // waiting, or `item` itself when its client would then have as many, or when the queue is
  // closed. The long items of a client are in line apart from its others, and taken to be slow
  // until one was not.
  [[nodiscard]] std::optional<T> push(const Client& client, T item, bool is_long) {
    std::optional<T> displaced;
    {
      const std::lock_guard lock(mutex_);
      if (closed_) return item;
      if (size_ >= capacity_) {
        displaced = take_newest_of_most(count_waiting({client, is_long}) + 1);
        if (!displaced) return item;
      }
      Share& share = shares_.try_emplace({client, is_long}, is_long).first->second;
      if (share.items.empty()) begin_waiting(share);
      share.items.push_back(std::move(item));
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
    std::make_heap(waiting_.begin(), waiting_.end(), comes_later());
    std::vector<T> batch;
    int64_t left_ns = WriteCost::kBatch;
    while (!waiting_.empty() && batch.size() < most) {
      const int64_t expected_ns = waiting_.front()->expected_ns;
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
      Share& share = *taken_[undone[i]].share;
      if (share.items.empty()) waiting_.push_back(&share);
      share.items.push_front(std::move(batch[undone[i]]));
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
  // A client, as far as it is known.
  struct Share {
    explicit Share(bool long_items)
        : expected_ns(long_items ? WriteCost::kSlow : WriteCost::kUnknown), is_long(long_items) {}
    std::deque<T> items;
    int64_t used_ns = 0;  // of the writer, on the clock of now_ns_
    int64_t expected_ns;  // of its next item
    bool is_long;
  };
  struct Taken {
    Share* share;
    int64_t expected_ns;
  };

  static constexpr size_t kRemembered = 1'024;  // clients

  static bool is_quick(int64_t expected_ns) { return expected_ns < WriteCost::kUnknown; }

  // The order of turns, last first, as heaps want it.
  auto comes_later() const {
    return [quick_first = after_slow_](const Share* a, const Share* b) {
      const bool quick_a = is_quick(a->expected_ns);
      if (quick_first && quick_a != is_quick(b->expected_ns)) return !quick_a;
      return a->used_ns + a->expected_ns > b->used_ns + b->expected_ns;
    };
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
    T newest = std::move(most->items.back());
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
    T item = std::move(share.items.front());
    share.items.pop_front();
    --size_;
    taken_.push_back({&share, share.expected_ns});
    share.used_ns += share.expected_ns;
    if (share.items.empty()) {
      waiting_.pop_back();
    } else {
      std::push_heap(waiting_.begin(), waiting_.end(), comes_later());
    }
    return item;
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
      // What was slow once may be so again; what was quick four times is quick.
      share.expected_ns = std::max(worked, share.expected_ns - (share.expected_ns - worked) / 4);
    }
    now_ns_ += took_ns / static_cast<int64_t>(std::max<size_t>(sharing_, 1));
  }

  void forget() {
    std::erase_if(shares_, [](const auto& known) { return known.second.items.empty(); });
    forgets_at_ = std::max(kRemembered, 2 * shares_.size());
  }

  const size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable ready_;
  // Guarded by mutex_.
  std::map<std::pair<Client, bool>, Share> shares_;  // of those who wait, or have waited
  std::vector<Share*> waiting_;                      // those with items, each once
  size_t forgets_at_ = kRemembered;                  // so many shares
  std::vector<Taken> taken_;                         // of the batch under way
  size_t sharing_ = 0;                               // who waited when it was taken
  size_t size_ = 0;
  int64_t now_ns_ = 0;     // a clock that goes as fast as each of those who wait is served
  int64_t latest_ns_ = 0;  // the most that anybody has used
  bool after_slow_ = false;
  bool closed_ = false;
};

}  // namespace prodev::http
