#include <sys/resource.h>
#include <sys/timex.h>

#include <fstream>
#include <optional>

#include "base/clock.h"
#include "cli/doctor_checks.h"

namespace prodev::cli {
namespace {

std::optional<int64_t> read_number(const std::string& path) {
  std::ifstream file(path);
  int64_t number = 0;
  if (file >> number) return number;
  return std::nullopt;
}

// The limit of the process's own control group: version 2, or version 1's memory controller.
std::optional<int64_t> read_memory_limit() {
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const size_t path = line.rfind(':') + 1;
    const bool second = line.starts_with("0::");
    if (!second && line.find(":memory:") == std::string::npos) continue;
    const std::string root = second ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory";
    const std::string file = second ? "/memory.max" : "/memory.limit_in_bytes";
    for (const std::string& folder : {root + line.substr(path), root}) {
      if (const auto limit = read_number(folder + file)) return limit;
    }
  }
  return std::nullopt;
}

}  // namespace

Finding check_descriptors(const config::Settings& settings) {
  constexpr int64_t kOwn = 256;  // listeners, event queues, files being sent, logs
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const auto most = static_cast<int64_t>(limit.rlim_max);
  const int64_t needed = settings.max_connections + kOwn;
  std::string says = "up to " + std::to_string(most) + " open files for " +
                     std::to_string(settings.max_connections) + " connections";
  if (limit.rlim_max == RLIM_INFINITY || most >= needed)
    return {Grade::kOk, "open files", says, ""};
  return {Grade::kWarn, "open files", says,
          "raise the limit to " + std::to_string(needed) +
              " (ulimit -n, or LimitNOFILE= in the systemd unit), or lower max_connections"};
}

Finding check_backlog() {
  constexpr int64_t kEnough = 1'024;
  const auto limit = read_number("/proc/sys/net/core/somaxconn");
  if (!limit) return {Grade::kOk, "backlog", "the kernel does not say", ""};
  std::string says = "the kernel queues up to " + std::to_string(*limit) + " new connections";
  if (*limit >= kEnough) return {Grade::kOk, "backlog", says, ""};
  return {Grade::kWarn, "backlog", says,
          "sysctl -w net.core.somaxconn=4096 keeps bursts of connections from being lost"};
}

Finding check_memory_limit(const config::Settings& settings) {
  constexpr int64_t kBase = 64 << 20;               // the process with some thousand connections
  constexpr int64_t kUnlimited = int64_t{1} << 60;  // version 1 writes "none" as a huge number
  const auto limit = read_memory_limit();
  if (!limit || *limit >= kUnlimited) return {Grade::kOk, "memory", "no limit is set", ""};
  const int64_t needed = kBase + settings.static_cache_bytes;
  std::string says = "limited to " + std::to_string(*limit >> 20) + " MiB";
  if (*limit >= needed) return {Grade::kOk, "memory", says, ""};
  return {Grade::kWarn, "memory", says,
          "allow at least " + std::to_string(needed >> 20) +
              " MiB, or lower static_cache_bytes and max_connections"};
}

Finding check_clock() {
  constexpr int64_t kYear2024_ms = 1'704'067'200'000;
  if (base::wall_ms() < kYear2024_ms) {
    return {Grade::kFail, "clock", "the clock is before 2024, so certificates look not yet valid",
            "set it, and keep it right with an NTP service (timedatectl set-ntp true)"};
  }
  timex state{};
  if (adjtimex(&state) == TIME_ERROR) {
    return {Grade::kWarn, "clock", "plausible, but the kernel does not know it to be in step",
            "keep it right with an NTP service (timedatectl set-ntp true)"};
  }
  return {Grade::kOk, "clock", "in step", ""};
}

}  // namespace prodev::cli
