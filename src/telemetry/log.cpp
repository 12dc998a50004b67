#include "telemetry/log.h"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <climits>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>

#include "base/clock.h"
#include "telemetry/log_line.h"
#include "telemetry/log_sink.h"

namespace prodev::telemetry {
namespace {

// Lines of a calm server are gathered this long, so that a busy one pays for a hundred wake-ups of
// the writer a second and not for one with each turn of a loop. Warnings do not wait.
constexpr auto kGather = std::chrono::milliseconds(10);
// How long stop_log() lets a reader that has stalled keep the process.
constexpr int64_t kLastWords_ms = 1'000;

std::atomic<Level> minimum_level{Level::kInfo};
std::atomic<LogFormat> line_format{LogFormat::kText};
std::atomic<uint64_t> dropped_total{0};

class Sink {
 public:
  void start(const LogOptions& options);
  void stop();
  void append(std::string_view lines, bool urgent);

 private:
  void run();
  // Blocks on the reader. Returns what could not be written because the reader is gone or, when
  // stopping, out of time.
  std::string_view write_all(std::string_view bytes);
  bool wait_writable();
  void report_drops(std::string& batch);

  std::mutex mutex_;
  std::condition_variable wake_;
  bool running_ = false;                // guarded by mutex_
  bool urgent_ = false;                 // guarded by mutex_
  std::string pending_;                 // guarded by mutex_
  size_t limit_bytes_ = 0;              // guarded by mutex_
  uint64_t unreported_ = 0;             // guarded by mutex_
  std::atomic<int64_t> give_up_ms_{0};  // monotonic; 0: not stopping

  std::thread thread_;
  int fd_ = STDERR_FILENO;
  size_t chunk_bytes_ = 0;
};

// Never destroyed: threads may log while the process exits.
Sink& sink() {
  static Sink& instance = *new Sink;
  return instance;
}

// A pipe or socket that polls as writable takes PIPE_BUF bytes without blocking, and no more is
// promised; a regular file never makes its writer wait for a reader.
size_t writable_at_once(int fd) {
  struct stat facts {};
  const bool regular = fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode);
  return regular ? size_t{1} << 20 : size_t{PIPE_BUF};
}

void write_now(std::string_view lines) {
  while (!lines.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, lines.data(), lines.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    lines.remove_prefix(static_cast<size_t>(written));
  }
}

// Returns the number of lines that `lines` ends, having counted them as dropped.
uint64_t count_lost(std::string_view lines) {
  const auto lost = static_cast<uint64_t>(std::count(lines.begin(), lines.end(), '\n'));
  dropped_total.fetch_add(lost, std::memory_order_relaxed);
  return lost;
}

void Sink::start(const LogOptions& options) {
  stop();
  std::lock_guard lock(mutex_);
  minimum_level = options.level;
  line_format = options.format;
  fd_ = options.fd;
  chunk_bytes_ = writable_at_once(fd_);
  limit_bytes_ = options.buffer_bytes;
  give_up_ms_ = 0;
  running_ = true;
  // The thread starts with every signal blocked: SIGTERM belongs to the main thread, and a SIGPIPE
  // of a vanished reader must not end the server.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Sink::stop() {
  {
    std::lock_guard lock(mutex_);
    if (!running_) return;
    running_ = false;
    give_up_ms_ = base::monotonic_ms() + kLastWords_ms;
  }
  wake_.notify_one();
  thread_.join();
}

void Sink::append(std::string_view lines, bool urgent) {
  std::unique_lock lock(mutex_);
  if (!running_) {
    lock.unlock();
    write_now(lines);
    return;
  }
  const bool was_empty = pending_.empty();
  const size_t room = limit_bytes_ - std::min(limit_bytes_, pending_.size());
  size_t taken = lines.size();
  if (taken > room) {
    const size_t last_end = room == 0 ? std::string_view::npos : lines.rfind('\n', room - 1);
    taken = last_end == std::string_view::npos ? 0 : last_end + 1;
    unreported_ += count_lost(lines.substr(taken));
  }
  pending_.append(lines, 0, taken);
  const bool hurry = urgent || pending_.size() > limit_bytes_ / 2;
  const bool wake = was_empty || (hurry && !urgent_);
  urgent_ = urgent_ || hurry;
  lock.unlock();
  if (wake) wake_.notify_one();
}

void Sink::run() {
  std::string batch;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return !running_ || !pending_.empty() || unreported_ > 0; });
      wake_.wait_for(lock, kGather, [&] { return !running_ || urgent_; });
      if (!running_ && pending_.empty() && unreported_ == 0) return;
      batch.clear();
      std::swap(batch, pending_);
      urgent_ = false;
      report_drops(batch);
    }
    count_lost(write_all(batch));
  }
}

// REQUIRES: mutex_ is held.
void Sink::report_drops(std::string& batch) {
  if (unreported_ == 0) return;
  LineWriter line(batch, line_format);
  line.begin(base::wall_ms(), Level::kWarn, "log lines were dropped: the reader is too slow");
  line.field("count", static_cast<int64_t>(unreported_));
  line.end();
  unreported_ = 0;
}

std::string_view Sink::write_all(std::string_view bytes) {
  while (!bytes.empty() && wait_writable()) {
    const ssize_t written = ::write(fd_, bytes.data(), std::min(bytes.size(), chunk_bytes_));
    if (written > 0) {
      bytes.remove_prefix(static_cast<size_t>(written));
    } else if (errno != EINTR && errno != EAGAIN) {
      break;
    }
  }
  return bytes;
}

bool Sink::wait_writable() {
  constexpr int kLook_ms = 100;  // how often a stalled wait looks whether the log is being stopped
  for (;;) {
    pollfd waiting{fd_, POLLOUT, 0};
    const int ready = poll(&waiting, 1, kLook_ms);
    if (ready > 0) return (waiting.revents & POLLOUT) != 0;
    const int64_t give_up_ms = give_up_ms_;
    if (give_up_ms != 0 && base::monotonic_ms() > give_up_ms) return false;
  }
}

}  // namespace

void start_log(const LogOptions& options) { sink().start(options); }
void stop_log() { sink().stop(); }
uint64_t log_dropped() { return dropped_total.load(std::memory_order_relaxed); }

bool log_enabled(Level level) { return level >= minimum_level.load(std::memory_order_relaxed); }

LogFormat log_format() { return line_format.load(std::memory_order_relaxed); }

void append_to_log(std::string_view lines) { sink().append(lines, false); }

void log(Level level, std::string_view message, std::initializer_list<Field> fields) {
  if (!log_enabled(level)) return;
  thread_local std::string buffer;
  buffer.clear();
  LineWriter line(buffer, log_format());
  line.begin(base::wall_ms(), level, message);
  for (const Field& field : fields) {
    if (field.is_number) {
      line.field(field.key, field.number);
    } else {
      line.field(field.key, field.text);
    }
  }
  line.end();
  sink().append(buffer, level >= Level::kWarn);
}

}  // namespace prodev::telemetry
