#include "base/scheduling.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace prodev::base {

namespace {

// sched_setattr(2); the C library has no declaration of it.
struct SchedulingAttributes {
  uint32_t size = sizeof(SchedulingAttributes);
  uint32_t policy = 0;  // SCHED_OTHER
  uint64_t flags = 0;
  int32_t nice = 0;
  uint32_t priority = 0;
  uint64_t runtime_ns = 0;
  uint64_t deadline_ns = 0;
  uint64_t period_ns = 0;
};

// From Linux 6.12 on a thread may say how long its slices are, up to 100 ms. That is no promise but
// a rank: a thread that is woken takes the core at once from one with longer slices. Else it may
// have to wait until the slice that runs is over, which is only looked at every tick.
void lengthen_slices() {
  constexpr uint64_t kLongest_ns = 100'000'000;
  constexpr uint32_t kOther = 0;
  SchedulingAttributes attributes;
  const long known = ::syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0U);
  if (known != 0 || attributes.policy != kOther) return;
  attributes.size = sizeof attributes;
  attributes.runtime_ns = kLongest_ns;
  (void)::syscall(SYS_sched_setattr, 0, &attributes, 0U);
}

}  // namespace

void run_behind() {
  constexpr int kNice = 10;
  if (::getpriority(PRIO_PROCESS, 0) < kNice) (void)::setpriority(PRIO_PROCESS, 0, kNice);
  lengthen_slices();
}

}  // namespace prodev::base
