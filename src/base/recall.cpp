#include "base/recall.h"

#include <cassert>

namespace prodev::base {

namespace {

constexpr uint64_t kAskedFor = 1;
constexpr uint64_t kNoHash = 63;

constexpr auto kRelaxed = std::memory_order_relaxed;

bool is_of(uint64_t place, uint64_t hash) {
  return place != 0 && ((place ^ hash) | kNoHash) == kNoHash;
}

// A larger number would change the hash.
uint64_t place_of(uint64_t hash, uint8_t number) {
  assert(number <= Recall::kMost);
  return (hash & ~kNoHash) | (uint64_t{number} + 1) << 1;
}

uint8_t number_of(uint64_t place) { return static_cast<uint8_t>(((place & kNoHash) >> 1) - 1); }

}  // namespace

std::optional<uint8_t> Recall::find(uint64_t hash) const {
  for (std::atomic<uint64_t>& place : set_of(hash).places) {
    uint64_t seen = place.load(kRelaxed);
    if (!is_of(seen, hash)) continue;
    // Written once only: the line stays shared between threads.
    if ((seen & kAskedFor) == 0) place.compare_exchange_strong(seen, seen | kAskedFor, kRelaxed);
    return number_of(seen);
  }
  return std::nullopt;
}

// Lost races cost a newcomer its place this time.
void Recall::keep(uint64_t hash, uint8_t number) {
  Set& set = set_of(hash);
  std::atomic<uint64_t>* free = nullptr;
  for (size_t i = 0; i < kWays; ++i) {
    // From any of them on, so that those who come once do not all push out the last who did.
    std::atomic<uint64_t>& place = set.places[(hash / (uint64_t{1} << 61) + i) % kWays];
    uint64_t seen = place.load(kRelaxed);
    if (is_of(seen, hash)) {
      place.compare_exchange_strong(seen, place_of(hash, number) | (seen & kAskedFor), kRelaxed);
      return;
    }
    const bool is_better = free == nullptr || (seen == 0 && free->load(kRelaxed) != 0);
    if ((seen & kAskedFor) == 0 && is_better) free = &place;
  }
  if (free != nullptr) {
    uint64_t seen = free->load(kRelaxed);
    if ((seen & kAskedFor) == 0)
      free->compare_exchange_strong(seen, place_of(hash, number), kRelaxed);
    return;
  }
  for (std::atomic<uint64_t>& place : set.places) place.fetch_and(~kAskedFor, kRelaxed);
}

void Recall::change(uint64_t hash, uint8_t from, uint8_t to) {
  for (std::atomic<uint64_t>& place : set_of(hash).places) {
    uint64_t seen = place.load(kRelaxed);
    if (is_of(seen, hash) && number_of(seen) == from)
      place.compare_exchange_strong(seen, place_of(hash, to) | (seen & kAskedFor), kRelaxed);
  }
}

void Recall::forget(uint64_t hash) {
  for (std::atomic<uint64_t>& place : set_of(hash).places) {
    uint64_t seen = place.load(kRelaxed);
    if (is_of(seen, hash)) place.compare_exchange_strong(seen, 0, kRelaxed);
  }
}

}  // namespace prodev::base
