// LogHold: notices a reader that keeps the write-ahead log from being copied, and says who it is.
//
// A transaction that reads sees the database as of its beginning, so that what was committed later
// must stay in the log for as long as it lasts. The server's own reads have a deadline; those of
// other processes (the sqlite3 shell, a backup) have none.
#pragma once

#include <cstdint>
#include <string>

namespace prodev::db {

class LogHold {
 public:
  // `path`: of the database.
  explicit LogHold(std::string path) : path_(std::move(path)) {}

  // After a checkpoint that copied `copied` of `pages`. Warns once when none was copied any more
  // for kWarnAfter_ns, and tells when that has ended.
  void note(int pages, int copied, uint64_t log_bytes, int64_t now_ns);

 private:
  static constexpr int64_t kWarnAfter_ns = 5'000'000'000;

  const std::string path_;
  int last_copied_ = 0;
  int64_t since_ns_ = 0;  // 0: nobody holds it
  bool warned_ = false;
};

// The other processes that hold read locks of the log of the database at `path`, such as
// "process 4711 (sqlite3)"; "a read of this server" where it is only this one; empty when it cannot
// be known (they are not of this pid namespace, or /proc is not there).
std::string log_readers(const std::string& path);

}  // namespace prodev::db
