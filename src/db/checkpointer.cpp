#include "db/checkpointer.h"

#include <sqlite3.h>

#include "telemetry/log.h"

namespace prodev::db {

base::Result<std::unique_ptr<Checkpointer>> Checkpointer::start(const std::string& path,
                                                                Connection& writer) {
  TRY_ASSIGN(Connection own, Connection::open(path, OpenMode::kReadWrite));
  return std::unique_ptr<Checkpointer>(new Checkpointer(std::move(own), writer));
}

Checkpointer::Checkpointer(Connection own, Connection& writer)
    : own_(std::move(own)), writer_(writer) {
  ::sqlite3_wal_hook(writer_.handle(), note_commit, this);  // replaces automatic checkpoints
  thread_ = std::thread([this] { run(); });
}

Checkpointer::~Checkpointer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
  ::sqlite3_wal_hook(writer_.handle(), nullptr, nullptr);
}

int Checkpointer::note_commit(void* checkpointer, sqlite3*, const char*, int pages) {
  auto& self = *static_cast<Checkpointer*>(checkpointer);
  self.log_pages_ = pages;
  if (pages < kPages) return SQLITE_OK;
  {
    const std::lock_guard lock(self.mutex_);
    if (self.wanted_) return SQLITE_OK;
    self.wanted_ = true;
  }
  self.changed_.notify_one();
  return SQLITE_OK;
}

void Checkpointer::reset_long_log() {
  if (log_pages_ < kLongPages) return;
  log_pages_ = 0;  // the next commit tells how long it is by then
  // Nearly all of it has been copied by the thread. Does not wait: with a reader or the thread in
  // the way it is left for the next time.
  ::sqlite3_busy_timeout(writer_.handle(), 0);
  ::sqlite3_wal_checkpoint_v2(writer_.handle(), nullptr, SQLITE_CHECKPOINT_RESTART, nullptr,
                              nullptr);
  ::sqlite3_busy_timeout(writer_.handle(), Connection::kBusyTimeout_ms);
}

void Checkpointer::run() {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return wanted_ || stopping_; });
      if (stopping_) return;
      wanted_ = false;
    }
    int pages = 0;
    int copied = 0;
    const int code = ::sqlite3_wal_checkpoint_v2(own_.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE,
                                                 &pages, &copied);
    if (code != SQLITE_OK && code != SQLITE_BUSY) {
      telemetry::log(telemetry::Level::kWarn, "a checkpoint failed: the log goes on growing",
                     {{"error", ::sqlite3_errmsg(own_.handle())}});
    }
  }
}

}  // namespace prodev::db
