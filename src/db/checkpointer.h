// Checkpointer: moves committed pages from the write-ahead log into the database file, beside the
// writer, so that no commit waits for it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "db/connection.h"

namespace prodev::db {

class Checkpointer {
 public:
  // From this many pages in the log on, it is checkpointed beside the writer (16 MiB at 4 KiB).
  static constexpr int kPages = 4'000;
  // A log this long is reset by the writer, between two batches, as soon as no reader holds it.
  static constexpr int kLongPages = 64'000;

  // Turns SQLite's own checkpoints off on `writer`, whose commits are watched from now on. Both
  // belong to the writer's thread but for the destructor; `writer` outlives this. kUnavailable when
  // a second connection to the file cannot be opened.
  static base::Result<std::unique_ptr<Checkpointer>> start(const std::string& path,
                                                           Connection& writer);
  ~Checkpointer();

  // Called by the writer's thread between batches: starts the log over when it has grown long.
  void reset_long_log();

 private:
  Checkpointer(Connection own, Connection& writer);
  static int note_commit(void* checkpointer, sqlite3* writer, const char* database, int pages);
  void run();

  Connection own_;  // of the thread
  Connection& writer_;
  int log_pages_ = 0;  // of the writer's thread
  std::mutex mutex_;
  std::condition_variable changed_;
  bool wanted_ = false;    // guarded by mutex_
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace prodev::db
