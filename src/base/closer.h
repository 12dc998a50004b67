// Closer: a thread that closes files whose end takes time. The system gives the pages of a file
// back when its last descriptor is closed: up to half a millisecond a megabyte.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "base/budget.h"
#include "base/unique_fd.h"

namespace prodev::base {

// Thread-safe.
class Closer {
 public:
  Closer() = default;
  // Closes what is left.
  ~Closer();
  Closer(const Closer&) = delete;
  Closer& operator=(const Closer&) = delete;

  // Closes `file` soon, and then gives back what `room` holds. The first call starts the thread;
  // where the system has none, the file is closed at once.
  void close(UniqueFd file, Budget::Lease room) noexcept;

 private:
  struct Left {
    UniqueFd file;
    Budget::Lease room;
  };

  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::vector<Left> left_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace prodev::base
