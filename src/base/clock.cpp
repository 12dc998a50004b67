#include "base/clock.h"

#include <ctime>

namespace prodev::base {

namespace {
int64_t read_ns(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}
}  // namespace

int64_t monotonic_ns() { return read_ns(CLOCK_MONOTONIC); }
int64_t wall_ms() { return read_ns(CLOCK_REALTIME) / 1'000'000; }

}  // namespace prodev::base
