// Checkpointer: moves committed pages from the write-ahead log into the database file, beside the
// writer, so that no commit waits for it, and gives back the log's room on the disk. Its thread
// also looks for damage that requests have met.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

#include "db/connection.h"
#include "db/log_hold.h"

namespace prodev::db {

class Checkpointer {
 public:
  // From this many pages in the log on, it is checkpointed beside the writer (16 MiB at 4 KiB).
  static constexpr int kPages = 4'000;
  // A log this long is reset by the writer, between two batches, as soon as no reader holds it.
  static constexpr int kLongPages = 64'000;
  static constexpr uint64_t kDefaultMaxLogBytes = 1ULL << 30;

  // Turns SQLite's own checkpoints off on `writer`, whose commits are watched from now on. Both
  // belong to the writer's thread but for the destructor; `writer` outlives this. A log that is to
  // stay under `max_log_bytes` is copied from a quarter of it on, and reset from a half.
  // kUnavailable when a second connection to the file cannot be opened.
  static base::Result<std::unique_ptr<Checkpointer>> start(
      const std::string& path, Connection& writer, uint64_t max_log_bytes = kDefaultMaxLogBytes);
  // Copies what is left, for five seconds at most; the rest stays in the log for the next start.
  ~Checkpointer();

  // Called by the writer's thread between batches: starts the log over when it has grown long.
  void reset_long_log();

  // Any thread. Of the log: what it holds, what of it is not yet in the database file, and the size
  // of its file (which may be larger than what it holds).
  uint64_t used_bytes() const;
  uint64_t pending_pages() const;
  uint64_t file_bytes() const;
  // How much the database file grows at most when the log is copied.
  uint64_t growth_bytes() const;

 private:
  Checkpointer(Connection own, Connection& writer, std::string path, uint64_t page_bytes,
               uint64_t max_log_bytes);
  static int note_commit(void* checkpointer, sqlite3* writer, const char* database,
                         int pages) noexcept;
  void run();
  bool wait();
  void tend();
  void finish();
  int checkpoint(int mode);
  void measure_growth();

  const std::string path_;
  const std::string log_path_;
  const uint64_t page_bytes_;
  const int copy_pages_, long_pages_;
  Connection own_;  // of the thread, but for interrupts
  Connection& writer_;
  std::atomic<int> pages_{0};   // in the log
  std::atomic<int> copied_{0};  // of these
  std::atomic<uint64_t> commits_{0};
  std::atomic<int> measured_pages_{0};        // of the log, when this was measured:
  std::atomic<uint64_t> measured_growth_{0};  // bytes
  // Of the thread.
  LogHold hold_;
  uint64_t seen_commits_ = 0;
  int quiet_turns_ = 0;
  bool failing_ = false;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool wanted_ = false;    // guarded by mutex_
  bool stopping_ = false;  // guarded by mutex_
  bool finished_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace prodev::db
