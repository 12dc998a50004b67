// What writes are expected to take, by what they are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/keyed_hash.h"
#include "base/recall.h"

namespace prodev::http {

// Of writes, in nanoseconds.
struct WriteCost {
  static constexpr int64_t kUnknown = 1'000'000;  // of what nobody knows; less is known to be quick
  static constexpr int64_t kSlow = 10'000'000;    // from here on a write is a batch of its own
  static constexpr int64_t kBatch = 100'000'000;  // of what is taken together
};

// What kind of write it is.
struct WriteKind {
  // base::keyed_hash() of what decides how long it takes, whoever sends it: its statement, about
  // how large it is. 0: that is not known.
  uint64_t hash = 0;
  // Its body is long: it is in line apart from its client's others, and taken to be slow until one
  // of its kind was not.
  bool is_long = false;
};

// Remembers what writes of each kind took, and those of each client apart: what took its own long
// need not take others long. Bounded; what is written again and again is known, however many other
// kinds clients make up. Belongs to one thread.
class WriteCosts {
 public:
  // A client's writes of one kind.
  struct Key {
    uint64_t kind = 0;  // 0: not known
    uint64_t own = 0;   // of this client
  };
  static Key key_of(std::string_view client, const WriteKind& kind) {
    return {kind.hash, kind.hash ^ base::keyed_hash(client)};
  }

  // What the client's took, else what others' took.
  std::optional<int64_t> find(const Key& key) const;
  void add(const Key& key, int64_t worked_ns);

 private:
  static void add(base::Recall& known, uint64_t key, int64_t worked_ns);

  base::Recall kinds_{4'096};
  base::Recall own_{16'384};
};

}  // namespace prodev::http
