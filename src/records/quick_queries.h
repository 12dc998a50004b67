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
    return place(hash).load(std::memory_order_relaxed) == hash;
  }
  void add(std::string_view sql) {
    const uint64_t hash = hash_of(sql);
    place(hash).store(hash, std::memory_order_relaxed);
  }
  void remove(std::string_view sql) {
    uint64_t hash = hash_of(sql);
    place(hash).compare_exchange_strong(hash, 0, std::memory_order_relaxed);
  }

 private:
  static uint64_t hash_of(std::string_view sql) { return std::hash<std::string_view>()(sql) | 1U; }
  const std::atomic<uint64_t>& place(uint64_t hash) const {
    return places_[(hash >> 1) % places_.size()];
  }
  std::atomic<uint64_t>& place(uint64_t hash) { return places_[(hash >> 1) % places_.size()]; }

  std::array<std::atomic<uint64_t>, 4096> places_{};
};

}  // namespace prodev::records
