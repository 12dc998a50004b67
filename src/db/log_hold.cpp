#include "db/log_hold.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <set>
#include <sstream>

#include "telemetry/log.h"

namespace prodev::db {

namespace {

// Bytes of the -shm file whose locks are the five read marks (sqlite.org/walformat, section 2.3).
constexpr uint64_t kFirstReadLock = 123, kLastReadLock = 127;

struct Lock {
  int pid = 0;
  uint64_t inode = 0, begin = 0, end = 0;
};

// A line of /proc/locks (proc_locks(5)):
//   1: POSIX  ADVISORY  READ 4711 08:01:131073 124 124
bool parse_lock(const std::string& line, Lock& lock) {
  std::istringstream parts(line);
  std::string number, type, kind, access, file, end;
  parts >> number >> type >> kind >> access >> lock.pid >> file >> lock.begin >> end;
  if (!parts || type != "POSIX" || end == "EOF") return false;
  lock.inode = std::strtoull(file.c_str() + file.rfind(':') + 1, nullptr, 10);
  lock.end = std::strtoull(end.c_str(), nullptr, 10);
  return true;
}

std::string process_name(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/comm");
  std::string name;
  std::getline(file, name);
  return "process " + std::to_string(pid) + (name.empty() ? "" : " (" + name + ")");
}

}  // namespace

// By way of /proc: asking with fcntl(2) takes a descriptor of the file, and closing that would
// release every lock of this process on it.
std::string log_readers(const std::string& path) {
  struct stat info {};
  if (::stat((path + "-shm").c_str(), &info) != 0) return {};
  std::ifstream locks("/proc/locks");
  std::set<int> pids;
  Lock lock;
  for (std::string line; std::getline(locks, line);) {
    if (!parse_lock(line, lock) || lock.inode != info.st_ino) continue;
    if (lock.begin <= kLastReadLock && lock.end >= kFirstReadLock && lock.pid > 0)
      pids.insert(lock.pid);
  }
  const bool own = pids.erase(::getpid()) > 0;
  std::string names;
  for (const int pid : pids) names += (names.empty() ? "" : ", ") + process_name(pid);
  return names.empty() && own ? "a read of this server" : names;
}

void LogHold::note(int pages, int copied, uint64_t log_bytes, int64_t now_ns) {
  if (copied >= pages) {
    if (warned_) telemetry::log(telemetry::Level::kInfo, "the write-ahead log is copied again");
    warned_ = false;
    since_ns_ = 0;
  } else if (since_ns_ == 0 || copied != last_copied_) {
    since_ns_ = now_ns;
  } else if (!warned_ && now_ns - since_ns_ >= kWarnAfter_ns) {
    warned_ = true;
    const std::string readers = log_readers(path_);
    telemetry::log(telemetry::Level::kWarn,
                   "a transaction that reads holds the write-ahead log: it grows with every write "
                   "until that one ends",
                   {{"held_by", readers.empty() ? "another process" : readers},
                    {"held_for_s", (now_ns - since_ns_) / 1'000'000'000},
                    {"log_bytes", log_bytes},
                    {"pending_pages", pages - copied}});
  }
  last_copied_ = copied;
}

}  // namespace prodev::db
