// QuickQueries: which queries have run within a loop's budget, so that loops run these and no
// others. What is not known to be quick runs on the read lane first: a client that sends a new
// kind of slow query each time never holds up a loop. What was quick with some values need not be
// so with others: a loop's reader (db::kLoopLimits) ends it there, and it goes on on the read lane.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <string_view>

namespace prodev::records {

// Any thread; one for all loops. Queries whose hashes share a place push each other out, which
// costs a turn on the read lane.
class QuickQueries {
 public:
  bool contains(std::string_view sql) const {
    const uint64_t hash = hash_of(sql);
    return (place(hash).load(std::memory_order_relaxed) & ~kSuspected) == hash;
  }
  void add(std::string_view sql) {
    const uint64_t hash = hash_of(sql);
    place(hash).store(hash, std::memory_order_relaxed);
  }
  void remove(std::string_view sql) {
    exchange(hash_of(sql), 0);
    exchange(hash_of(sql) | kSuspected, 0);
  }
  void suspect(std::string_view sql) { exchange(hash_of(sql), hash_of(sql) | kSuspected); }
  bool is_suspected(std::string_view sql) const {
    const uint64_t hash = hash_of(sql);
    return place(hash).load(std::memory_order_relaxed) == (hash | kSuspected);
  }

 private:
  static constexpr uint64_t kSuspected = 2;

  // 0 is nothing's.
  static uint64_t hash_of(std::string_view sql) {
    return (std::hash<std::string_view>()(sql) | 1U) & ~kSuspected;
  }
  void exchange(uint64_t from, uint64_t to) {
    place(from & ~kSuspected).compare_exchange_strong(from, to, std::memory_order_relaxed);
  }
  const std::atomic<uint64_t>& place(uint64_t hash) const {
    return places_[(hash >> 2) % places_.size()];
  }
  std::atomic<uint64_t>& place(uint64_t hash) { return places_[(hash >> 2) % places_.size()]; }

  std::array<std::atomic<uint64_t>, 4096> places_{};
};

}  // namespace prodev::records
