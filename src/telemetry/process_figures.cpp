#include "telemetry/process_figures.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/unique_fd.h"

namespace prodev::telemetry {
namespace {

std::string read_small_file(const char* path) {
  const base::UniqueFd file(open(path, O_RDONLY | O_CLOEXEC));
  std::array<char, 4096> bytes;
  const ssize_t size = file ? read(file.get(), bytes.data(), bytes.size()) : -1;
  return size > 0 ? std::string(bytes.data(), static_cast<size_t>(size)) : std::string();
}

// The numbers of /proc/self/stat after the command's name, which may itself hold spaces and
// brackets: [0] is field 3 of proc(5), the state, given as 0.
std::vector<double> read_stat_fields() {
  const std::string stat = read_small_file("/proc/self/stat");
  const size_t name_end = stat.rfind(')');
  std::vector<double> fields;
  if (name_end == std::string::npos) return fields;
  std::string_view rest = std::string_view(stat).substr(name_end + 1);
  while (!rest.empty()) {
    rest.remove_prefix(std::min(rest.find_first_not_of(" \n"), rest.size()));
    const std::string_view word = rest.substr(0, rest.find_first_of(" \n"));
    if (word.empty()) break;
    double value = 0;
    std::from_chars(word.data(), word.data() + word.size(), value);
    fields.push_back(value);
    rest.remove_prefix(word.size());
  }
  return fields;
}

// Since Linux 6.2 the size of /proc/self/fd is the count; before, its entries are counted.
double count_open_fds() {
  struct stat facts {};
  if (stat("/proc/self/fd", &facts) == 0 && facts.st_size > 0) {
    return static_cast<double>(facts.st_size);
  }
  DIR* folder = opendir("/proc/self/fd");
  if (folder == nullptr) return 0;
  double count = -1;  // the one that reads the folder
  while (const dirent* entry = readdir(folder)) {
    if (entry->d_name[0] != '.') ++count;
  }
  closedir(folder);
  return count;
}

// Unix time at which this process began, from its age on the clock that counts since boot.
double read_start_time(double start_ticks) {
  timespec since_boot{};
  clock_gettime(CLOCK_BOOTTIME, &since_boot);
  const double up_seconds =
      static_cast<double>(since_boot.tv_sec) + static_cast<double>(since_boot.tv_nsec) / 1e9;
  const double age = up_seconds - start_ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
  return static_cast<double>(base::wall_ms()) / 1e3 - age;
}

}  // namespace

ProcessFigures read_process_figures() {
  // Fields 14 (utime), 15 (stime), 22 (starttime) and 24 (rss) of proc(5), counted from field 3.
  constexpr size_t kUserTime = 11, kSystemTime = 12, kStartTime = 19, kResident = 21;
  ProcessFigures figures;
  const std::vector<double> fields = read_stat_fields();
  if (fields.size() > kResident) {
    const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    figures.cpu_seconds = (fields[kUserTime] + fields[kSystemTime]) / ticks;
    figures.resident_bytes = fields[kResident] * static_cast<double>(sysconf(_SC_PAGESIZE));
    // Asked once: the wall clock may be set meanwhile, and the start must not seem to move.
    static const double start_time = read_start_time(fields[kStartTime]);
    figures.start_time_seconds = start_time;
  }
  figures.open_fds = count_open_fds();
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) figures.max_fds = static_cast<double>(limit.rlim_cur);
  return figures;
}

}  // namespace prodev::telemetry
