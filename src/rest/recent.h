// Recent: what was made for the keys that are asked for again and again.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace prodev::rest {

// Belongs to one thread. A key that is asked for once takes no room: its hash is noted, and its
// value is kept the second time. A hash says which few places a key may have; there the oldest
// goes.
template <class Value>
class Recent {
 public:
  // nullptr: none is kept. Valid until the next keep() or clear().
  const Value* find(std::string_view key) const {
    const uint64_t hash = std::hash<std::string_view>()(key);
    for (const Place& place : set_of(hash).places) {
      if (place.value && place.hash == hash && place.key == key) return place.value.get();
    }
    return nullptr;
  }

  // Of a key that find() did not find.
  void keep(std::string_view key, std::unique_ptr<const Value> value) {
    if (key.size() > kMaxKeyBytes) return;
    const uint64_t hash = std::hash<std::string_view>()(key);
    Set& set = set_of(hash);
    if (std::find(set.asked.begin(), set.asked.end(), hash) == set.asked.end()) {
      set.asked[set.next_asked++ % kWays] = hash;
      return;
    }
    set.places[set.next_place++ % kWays] = {hash, std::string(key), std::move(value)};
  }

  void clear() { sets_ = {}; }

 private:
  static constexpr size_t kSets = 64;
  static constexpr size_t kWays = 4;
  static constexpr size_t kMaxKeyBytes = 1'024;

  struct Place {
    uint64_t hash = 0;
    std::string key;
    std::unique_ptr<const Value> value;
  };
  struct Set {
    std::array<Place, kWays> places;
    std::array<uint64_t, kWays> asked{};  // hashes of keys that were not found
    size_t next_place = 0;
    size_t next_asked = 0;
  };

  const Set& set_of(uint64_t hash) const { return sets_[hash % kSets]; }
  Set& set_of(uint64_t hash) { return sets_[hash % kSets]; }

  std::array<Set, kSets> sets_;
};

}  // namespace prodev::rest
