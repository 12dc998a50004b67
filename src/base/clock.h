// Clocks: monotonic for deadlines and durations, wall for what people read.
#pragma once

#include <cstdint>

namespace prodev::base {

int64_t monotonic_ns();
inline int64_t monotonic_ms() { return monotonic_ns() / 1'000'000; }

// Milliseconds since 1970-01-01 UTC.
int64_t wall_ms();

}  // namespace prodev::base
