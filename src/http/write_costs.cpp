#include "http/write_costs.h"

#include <algorithm>
#include <bit>

namespace prodev::http {

namespace {

constexpr int64_t kLeast_ns = 1 << 14;  // all that takes less takes as long

// Powers of two are as exact as it needs to be.
uint8_t grade_of(int64_t worked_ns) {
  const auto grade = std::bit_width(static_cast<uint64_t>(worked_ns / kLeast_ns));
  return static_cast<uint8_t>(
      std::min<uint64_t>(static_cast<uint64_t>(grade), base::Recall::kMost));
}

// The middle of the grade.
int64_t time_of(uint8_t grade) { return (3 * kLeast_ns << grade) / 4; }

}  // namespace

std::optional<int64_t> WriteCosts::find(const Key& key) const {
  if (key.kind == 0) return std::nullopt;
  std::optional<uint8_t> grade = own_.find(key.own);
  if (!grade) grade = kinds_.find(key.kind);
  return grade ? std::optional(time_of(*grade)) : std::nullopt;
}

void WriteCosts::add(const Key& key, int64_t worked_ns) {
  if (key.kind == 0) return;
  add(own_, key.own, worked_ns);
  add(kinds_, key.kind, worked_ns);
}

// What was slow once may be so again: it is believed to be quick step by step.
void WriteCosts::add(base::Recall& known, uint64_t key, int64_t worked_ns) {
  const uint8_t grade = grade_of(worked_ns);
  const uint8_t last = known.find(key).value_or(0);
  known.keep(key, std::max<uint8_t>(grade, last == 0 ? 0 : static_cast<uint8_t>(last - 1)));
}

}  // namespace prodev::http
