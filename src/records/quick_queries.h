// QuickQueries: which queries have run within a loop's budget, so that loops run these and no
// others. What is not known to be quick runs on the read lane first: a client that sends a new
// kind of slow query each time never holds up a loop. What was quick with some values need not be
// so with others: a loop's reader (db::kLoopLimits) ends it there, and it goes on on the read lane.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/keyed_hash.h"
#include "base/recall.h"

namespace prodev::records {

// Any thread; one for all loops. Those that are asked for stay known, whatever strange ones a
// client sends beside them (base/recall.h); one that is forgotten costs a turn on the read lane.
class QuickQueries {
 public:
  enum class Known : uint8_t { kQuick, kSuspected, kNot };

  // Costs a hash of all of `sql`.
  Known find(std::string_view sql) const {
    const std::optional<uint8_t> known = known_.find(base::keyed_hash(sql));
    return known ? static_cast<Known>(*known) : Known::kNot;
  }
  bool contains(std::string_view sql) const { return find(sql) != Known::kNot; }
  void add(std::string_view sql) { known_.keep(base::keyed_hash(sql), number(Known::kQuick)); }
  void remove(std::string_view sql) { known_.forget(base::keyed_hash(sql)); }
  void suspect(std::string_view sql) {
    known_.change(base::keyed_hash(sql), number(Known::kQuick), number(Known::kSuspected));
  }

 private:
  static uint8_t number(Known known) { return static_cast<uint8_t>(known); }

  base::Recall known_{16'384};
};

}  // namespace prodev::records
