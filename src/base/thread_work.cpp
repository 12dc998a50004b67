#include "base/thread_work.h"

#include <sys/resource.h>
#include <time.h>

namespace prodev::base {

ThreadWork thread_work() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  rusage usage{};
  ::getrusage(RUSAGE_THREAD, &usage);
  return {time.tv_sec * 1'000'000'000 + time.tv_nsec, usage.ru_inblock};
}

}  // namespace prodev::base
