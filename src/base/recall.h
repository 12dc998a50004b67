// Recall: remembers a small number about each of many things, as far as there is room. What is
// asked for again stays, however many others come once: a newcomer takes the place of what was not
// asked for since it came, or since its set was last full of what was. (A set-associative
// second-chance cache.)
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace prodev::base {

// Any thread, without a lock. Things are told apart by their keyed_hash(): clients do not know what
// shares a set.
class Recall {
 public:
  static constexpr uint8_t kMost = 30;  // of the numbers

  // `places` is a multiple of kWays. Each takes 8 bytes.
  explicit Recall(size_t places) : sets_(places / kWays) {}

  // nullopt: not known, or forgotten. What is found has been asked for.
  std::optional<uint8_t> find(uint64_t hash) const;
  // A newcomer has to come twice where all its neighbours have been asked for.
  void keep(uint64_t hash, uint8_t number);
  // Nothing where something else is known.
  void change(uint64_t hash, uint8_t from, uint8_t to);
  void forget(uint64_t hash);

 private:
  static constexpr size_t kWays = 8;  // a cache line

  struct alignas(64) Set {
    std::array<std::atomic<uint64_t>, kWays> places{};
  };

  Set& set_of(uint64_t hash) const { return sets_[(hash / 64) % sets_.size()]; }

  // Of a place: the hash but for its last six bits; these are whether it was asked for (1), and the
  // number plus one. 0: empty.
  mutable std::vector<Set> sets_;
};

}  // namespace prodev::base
