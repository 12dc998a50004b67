#include "db/checkpointer.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/clock.h"
#include "db/client_rules.h"
#include "db/damage.h"
#include "db/small_queries.h"
#include "telemetry/log.h"

namespace prodev::db {

namespace {

constexpr auto kTurn = std::chrono::seconds(1);
constexpr int kQuietTurns = 5;                 // without a commit
constexpr uint64_t kQuietFileBytes = 1 << 20;  // a smaller log is not worth giving back
constexpr auto kLastCheckpoint = std::chrono::seconds(5);
constexpr uint64_t kFrameHeaderBytes = 24;  // sqlite.org/fileformat2, section 4.1

int pages_in(uint64_t bytes, uint64_t page_bytes, int most) {
  return static_cast<int>(std::clamp<uint64_t>(bytes / page_bytes, 1, static_cast<uint64_t>(most)));
}

// What is kept of the file when the log begins again.
base::Result<void> limit_file(Connection& writer, uint64_t bytes) {
  const TrustedScope trusted(writer);
  return writer.execute("PRAGMA journal_size_limit = " + std::to_string(bytes));
}

// What there is at least one of.
base::Result<uint64_t> number_of(Connection& connection, std::string_view sql) {
  TRY_ASSIGN(const int64_t number, load_number(connection, sql));
  return static_cast<uint64_t>(std::max<int64_t>(number, 1));
}

}  // namespace

base::Result<std::unique_ptr<Checkpointer>> Checkpointer::start(const std::string& path,
                                                                Connection& writer,
                                                                uint64_t max_log_bytes) {
  TRY_ASSIGN(Connection own, Connection::open(path, OpenMode::kReadWrite));
  TRY_ASSIGN(const uint64_t page_bytes, number_of(own, "PRAGMA page_size"));
  ::sqlite3_busy_timeout(own.handle(), 0);  // what somebody is in the way of is left for later
  std::unique_ptr<Checkpointer> made(
      new Checkpointer(std::move(own), writer, path, page_bytes, max_log_bytes));
  TRY(limit_file(writer, static_cast<uint64_t>(made->long_pages_) * page_bytes));
  return made;
}

Checkpointer::Checkpointer(Connection own, Connection& writer, std::string path,
                           uint64_t page_bytes, uint64_t max_log_bytes)
    : path_(path),
      log_path_(path + "-wal"),
      page_bytes_(page_bytes),
      copy_pages_(pages_in(max_log_bytes / 4, page_bytes, kPages)),
      long_pages_(pages_in(max_log_bytes / 2, page_bytes, kLongPages)),
      own_(std::move(own)),
      writer_(writer),
      hold_(std::move(path)) {
  ::sqlite3_wal_hook(writer_.handle(), note_commit, this);  // replaces automatic checkpoints
  thread_ = std::thread([this] { run(); });
}

Checkpointer::~Checkpointer() {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
  if (!changed_.wait_for(lock, kLastCheckpoint, [&] { return finished_; })) {
    telemetry::log(telemetry::Level::kWarn, "the last checkpoint was left unfinished",
                   {{"pending_pages", pending_pages()}});
    // Nor does the close do it, which nothing could end.
    ::sqlite3_db_config(writer_.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    do ::sqlite3_interrupt(own_.handle());
    while (!changed_.wait_for(lock, std::chrono::milliseconds(10), [&] { return finished_; }));
  }
  lock.unlock();
  thread_.join();
  ::sqlite3_wal_hook(writer_.handle(), nullptr, nullptr);
}

uint64_t Checkpointer::used_bytes() const {
  return static_cast<uint64_t>(pages_.load(std::memory_order_relaxed)) *
         (page_bytes_ + kFrameHeaderBytes);
}

uint64_t Checkpointer::pending_pages() const {
  const int pages = pages_.load(std::memory_order_relaxed);
  return static_cast<uint64_t>(std::max(0, pages - copied_.load(std::memory_order_relaxed)));
}

uint64_t Checkpointer::file_bytes() const {
  struct stat info {};
  return ::stat(log_path_.c_str(), &info) == 0 ? static_cast<uint64_t>(info.st_size) : 0;
}

uint64_t Checkpointer::growth_bytes() const {
  if (pending_pages() == 0) return 0;
  const int later =
      pages_.load(std::memory_order_relaxed) - measured_pages_.load(std::memory_order_relaxed);
  return measured_growth_.load(std::memory_order_relaxed) +
         static_cast<uint64_t>(std::max(0, later)) * page_bytes_;
}

int Checkpointer::note_commit(void* checkpointer, sqlite3*, const char*, int pages) noexcept {
  auto& self = *static_cast<Checkpointer*>(checkpointer);
  const int before = self.pages_.exchange(pages, std::memory_order_relaxed);
  if (pages < before) {  // it has begun again
    self.copied_.store(0, std::memory_order_relaxed);
    self.measured_pages_.store(0, std::memory_order_relaxed);
    self.measured_growth_.store(0, std::memory_order_relaxed);
  }
  self.commits_.fetch_add(1, std::memory_order_relaxed);
  if (pages < self.copy_pages_) return SQLITE_OK;
  {
    const std::lock_guard lock(self.mutex_);
    if (self.wanted_) return SQLITE_OK;
    self.wanted_ = true;
  }
  self.changed_.notify_one();
  return SQLITE_OK;
}

void Checkpointer::reset_long_log() {
  if (pages_.load(std::memory_order_relaxed) < long_pages_) return;
  // Nearly all of it has been copied by the thread. Does not wait: with a reader or the thread in
  // the way it is left for the next time.
  ::sqlite3_busy_timeout(writer_.handle(), 0);
  const int code = ::sqlite3_wal_checkpoint_v2(writer_.handle(), nullptr, SQLITE_CHECKPOINT_RESTART,
                                               nullptr, nullptr);
  ::sqlite3_busy_timeout(writer_.handle(), Connection::kBusyTimeout_ms);
  if (code != SQLITE_OK) return;
  pages_.store(0, std::memory_order_relaxed);  // the next commit begins it again
  copied_.store(0, std::memory_order_relaxed);
}

void Checkpointer::run() {
  (void)checkpoint(SQLITE_CHECKPOINT_PASSIVE);  // what an earlier process has left
  while (wait()) tend();
  finish();
  const std::lock_guard lock(mutex_);
  finished_ = true;
  changed_.notify_all();
}

// Until a commit has made the log long enough, or a turn has passed. False: the end.
bool Checkpointer::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kTurn, [&] { return wanted_ || stopping_; });
  wanted_ = false;
  return !stopping_;
}

void Checkpointer::tend() {
  examine_damage(own_);
  const uint64_t commits = commits_.load(std::memory_order_relaxed);
  quiet_turns_ = commits == seen_commits_ ? quiet_turns_ + 1 : 0;
  seen_commits_ = commits;
  const int pages = pages_.load(std::memory_order_relaxed);
  const bool quiet = quiet_turns_ >= kQuietTurns && file_bytes() >= kQuietFileBytes;
  if (pages < copy_pages_ && !quiet) return;
  if (checkpoint(SQLITE_CHECKPOINT_PASSIVE) != SQLITE_OK) return;
  if (pending_pages() > 0) measure_growth();
  hold_.note(pages_.load(std::memory_order_relaxed), copied_.load(std::memory_order_relaxed),
             used_bytes(), base::monotonic_ns());
  // Holds the writer up, for a moment only: all has been copied. Where writes are refused for the
  // length of the log, no writer comes by to begin it again.
  if (pending_pages() == 0 && (quiet || (quiet_turns_ > 0 && pages >= long_pages_)))
    (void)checkpoint(SQLITE_CHECKPOINT_TRUNCATE);
}

// The log is left empty, where nobody else has it open.
void Checkpointer::finish() {
  if (checkpoint(SQLITE_CHECKPOINT_PASSIVE) == SQLITE_OK && pending_pages() == 0)
    (void)checkpoint(SQLITE_CHECKPOINT_TRUNCATE);
}

// Most pages of a log that a reader holds are later versions of pages that are in the file already.
void Checkpointer::measure_growth() {
  const int pages = pages_.load(std::memory_order_relaxed);
  const base::Result<uint64_t> all = number_of(own_, "PRAGMA page_count");
  struct stat info {};
  if (!all || ::stat(path_.c_str(), &info) != 0) return;
  const uint64_t needed = *all * page_bytes_;
  const auto present = static_cast<uint64_t>(info.st_size);
  measured_growth_.store(needed > present ? needed - present : 0, std::memory_order_relaxed);
  measured_pages_.store(pages, std::memory_order_relaxed);
}

int Checkpointer::checkpoint(int mode) {
  int pages = 0;
  int copied = 0;
  const int code = ::sqlite3_wal_checkpoint_v2(own_.handle(), nullptr, mode, &pages, &copied);
  if (pages >= 0 && copied >= 0 && code == SQLITE_OK) {
    pages_.store(pages, std::memory_order_relaxed);
    copied_.store(copied, std::memory_order_relaxed);
  }
  const bool fails = code != SQLITE_OK && code != SQLITE_BUSY && code != SQLITE_INTERRUPT;
  if (fails && !failing_) {
    telemetry::log(telemetry::Level::kWarn, "a checkpoint failed: the log goes on growing",
                   {{"error", ::sqlite3_errmsg(own_.handle())}});
  }
  failing_ = fails;
  return code;
}

}  // namespace prodev::db
