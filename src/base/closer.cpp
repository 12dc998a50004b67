#include "base/closer.h"

#include <exception>
#include <utility>

namespace prodev::base {

Closer::~Closer() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Closer::close(UniqueFd file, Budget::Lease room) noexcept {
  try {
    const std::lock_guard lock(mutex_);
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
    left_.push_back({std::move(file), std::move(room)});
  } catch (const std::exception&) {
    return;  // closed here, with its room given back
  }
  changed_.notify_one();
}

void Closer::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return ending_ || !left_.empty(); });
    if (left_.empty()) return;
    std::vector<Left> closing;
    closing.swap(left_);
    lock.unlock();
    closing.clear();
    lock.lock();
  }
}

}  // namespace prodev::base
