// Loop: one thread's epoll. Everything that belongs to a loop is touched by its thread only;
// post() is the one door for other threads.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "net/timer_wheel.h"

namespace prodev::net {

// Something that waits for events on a file descriptor.
class EventHandler {
 public:
  virtual ~EventHandler() = default;
  // `events`: EPOLLIN, EPOLLOUT, EPOLLHUP, EPOLLERR. Must not throw.
  virtual void on_events(uint32_t events) = 0;
};

class Loop {
 public:
  static base::Result<std::unique_ptr<Loop>> make();

  // Runs until stop(). Call from the thread that owns the loop.
  void run();
  // Handles what is ready now, waiting at most `wait_ms`; for tests and fuzzing.
  void run_once(int wait_ms);
  // Thread-safe: run() returns once what was posted before has run.
  void stop();
  // Thread-safe: `task` runs on the loop's thread, in the order of posting.
  void post(std::function<void()> task);

  // Level-triggered. `handler` must stay valid until remove() and, when it is destroyed from
  // within on_events() of any handler, must be given to retire().
  base::Result<void> add(int fd, uint32_t events, EventHandler* handler);
  void modify(int fd, uint32_t events, EventHandler* handler);
  void remove(int fd);
  // Destroys `handler` once no event of the current batch can reach it.
  void retire(std::unique_ptr<EventHandler> handler);

  // Called at the end of every turn, before the loop sleeps.
  void on_turn_end(std::function<void()> hook) { turn_end_ = std::move(hook); }
  // Called at the end of a turn that had events, with its duration: what the last of them waited.
  void on_turn_duration(std::function<void(int64_t)> hook) { turn_duration_us_ = std::move(hook); }

  // The time at the start of this turn.
  int64_t now_ms() const { return now_ms_; }
  int64_t now_ns() const { return now_ns_; }
  TimerWheel& timers() { return timers_; }

 private:
  Loop(base::UniqueFd epoll, base::UniqueFd wake);
  void run_tasks();

  base::UniqueFd epoll_;
  base::UniqueFd wake_;  // eventfd
  int64_t now_ns_;
  int64_t now_ms_;
  TimerWheel timers_;
  std::vector<std::unique_ptr<EventHandler>> retired_;
  std::vector<EventHandler*> dead_;  // handlers removed during the current batch
  std::function<void()> turn_end_;
  std::function<void(int64_t)> turn_duration_us_;
  bool stopping_ = false;

  std::mutex mutex_;
  std::vector<std::function<void()>> tasks_;  // guarded by mutex_
};

}  // namespace prodev::net
