// MemoryReturn: gives memory that requests have freed back to the system.
//
// The allocator keeps what is freed for the next time, in an arena for each thread: after an attack
// or a busy hour that can be hundreds of megabytes.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

namespace prodev::server {

// Works on a thread of its own, as long as it lives.
class MemoryReturn {
 public:
  MemoryReturn();
  ~MemoryReturn();
  MemoryReturn(const MemoryReturn&) = delete;
  MemoryReturn& operator=(const MemoryReturn&) = delete;

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace prodev::server
