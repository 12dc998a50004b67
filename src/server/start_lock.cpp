#include "server/start_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "telemetry/log.h"

namespace prodev::server {

namespace {
constexpr auto kLockPause = std::chrono::milliseconds(20);
}

base::Result<StartLock> StartLock::wait(const std::string& data_dir, const Signals& signals) {
  base::UniqueFd folder(::open(data_dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return base::fail_errno("cannot open the data folder " + data_dir, errno);
  bool told = false;
  // Not a call that waits by itself: signals are blocked, and would not end it.
  while (::flock(folder.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) {
      return base::fail_errno("cannot lock the data folder " + data_dir, errno);
    }
    if (!told) {
      telemetry::log(telemetry::Level::kInfo, "waiting for another prodev that starts",
                     {{"data", data_dir}});
    }
    told = true;
    std::this_thread::sleep_for(kLockPause);
    if (signals.stop_requested()) return StartLock({});
  }
  return StartLock(std::move(folder));
}

}  // namespace prodev::server
