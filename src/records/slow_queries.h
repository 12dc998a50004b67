// SlowQueries: which queries ran over the budget of a loop lately, so that they go to the blocking
// lane at once next time.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string_view>

namespace prodev::records {

// Belongs to one loop. A query counts as slow from the second time on, since the first may be the
// machine's doing, and for kRemembered_ns: data and indexes change. Queries whose hashes share a
// place push each other out, which costs one more attempt.
class SlowQueries {
 public:
  bool contains(std::string_view sql, int64_t now_ns) const {
    const Place& place = places_[hash(sql) % places_.size()];
    return place.again && place.hash == hash(sql) && now_ns < place.until_ns;
  }
  void add(std::string_view sql, int64_t now_ns) {
    Place& place = places_[hash(sql) % places_.size()];
    const bool again = place.hash == hash(sql) && now_ns < place.until_ns;
    place = {hash(sql), now_ns + kRemembered_ns, again};
  }

 private:
  static constexpr int64_t kRemembered_ns = 30'000'000'000;

  struct Place {
    size_t hash = 0;
    int64_t until_ns = 0;
    bool again = false;
  };
  static size_t hash(std::string_view sql) { return std::hash<std::string_view>()(sql); }

  std::array<Place, 256> places_{};
};

}  // namespace prodev::records
