// What a thread has done, whatever time has passed meanwhile: on a busy machine a thread may wait
// for its core for longer than it works.
#pragma once

#include <cstdint>

namespace prodev::base {

struct ThreadWork {
  int64_t cpu_ns = 0;
  int64_t blocks_read = 0;  // from the disk
};

// Of this thread, since it began. A system call.
ThreadWork thread_work();

}  // namespace prodev::base
