// StartLock: of the processes that start on one data folder, one at a time.
//
// Held from the first look at who serves the folder until this process does, so that of takeovers
// at the same moment each replaces the one before it, and exactly one is left in the end.
#pragma once

#include <string>

#include "base/result.h"
#include "base/unique_fd.h"
#include "server/signals.h"

namespace prodev::server {

class StartLock {
 public:
  // Waits for as long as others start, and logs that it does. Not held when a stop was asked
  // meanwhile. The system releases the lock of a process that ends in whatever way.
  static base::Result<StartLock> wait(const std::string& data_dir, const Signals& signals);
  bool held() const { return static_cast<bool>(folder_); }
  void release() { folder_.reset(); }

 private:
  explicit StartLock(base::UniqueFd folder) : folder_(std::move(folder)) {}
  base::UniqueFd folder_;
};

}  // namespace prodev::server
