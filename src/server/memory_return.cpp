#include "server/memory_return.h"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>

namespace prodev::server {

namespace {

// Pieces from here on are mapped each by itself, and go back as soon as they are freed. Otherwise
// the allocator raises the bound by itself, up to 32 MiB.
constexpr int kMapped = 2 << 20;
constexpr std::chrono::milliseconds kPause(1'000);
constexpr uint64_t kWorthIt = 16 << 20;

// 0: not known.
uint64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  uint64_t size = 0, resident = 0;
  if (!(statm >> size >> resident)) return 0;
  return resident * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

MemoryReturn::MemoryReturn() {
  ::mallopt(M_MMAP_THRESHOLD, kMapped);
  thread_ = std::thread([this] { run(); });
}

MemoryReturn::~MemoryReturn() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void MemoryReturn::run() {
  uint64_t after_last = resident_bytes();
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, kPause, [this] { return stopping_; })) {
    const uint64_t now = resident_bytes();
    if (now < after_last + kWorthIt) {
      after_last = std::min(after_last, now);
      continue;
    }
    // Takes some milliseconds, and the lock of one arena at a time.
    ::malloc_trim(0);
    after_last = resident_bytes();
  }
}

}  // namespace prodev::server
