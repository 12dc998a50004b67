#include "db/write_room.h"

#include <sys/statvfs.h>

#include "telemetry/log.h"

namespace prodev::db {

std::optional<uint64_t> free_bytes(const std::string& path) {
  struct statvfs info {};
  if (::statvfs(path.c_str(), &info) != 0) return std::nullopt;
  return static_cast<uint64_t>(info.f_bavail) * info.f_frsize;
}

std::string WriteRoom::refusal() const {
  if (log_.used_bytes() >= limits_.max_log_bytes) {
    return "no writes for now: a reader holds the write-ahead log, which has reached "
           "max_wal_bytes (" +
           std::to_string(limits_.max_log_bytes) + "); they go on when it ends";
  }
  if (limits_.min_free_bytes == 0) return {};
  const std::optional<uint64_t> free = free_bytes(path_);
  if (!free || *free >= limits_.min_free_bytes + log_.growth_bytes()) return {};
  return "no writes for now: the disk of the database has " + std::to_string(*free) +
         " bytes left, and min_free_bytes (" + std::to_string(limits_.min_free_bytes) +
         ") with what the log is to put into the database file must stay free";
}

base::Result<void> WriteRoom::check() {
  std::string why = refusal();
  if (why.empty() == !refusing_) {
    if (why.empty()) return {};
    return base::fail(base::Code::kUnavailable, std::move(why));
  }
  refusing_ = !why.empty();
  if (!refusing_) {
    telemetry::log(telemetry::Level::kInfo, "writes are taken again");
    return {};
  }
  telemetry::log(telemetry::Level::kError, "writes are refused", {{"cause", why}});
  return base::fail(base::Code::kUnavailable, std::move(why));
}

}  // namespace prodev::db
