#include "net/loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/clock.h"

namespace prodev::net {

namespace {
constexpr int kEventsPerTurn = 256;
}

base::Result<std::unique_ptr<Loop>> Loop::make() {
  base::UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll) return base::fail_errno("cannot make an epoll instance", errno);
  base::UniqueFd wake(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!wake) return base::fail_errno("cannot make an eventfd", errno);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = nullptr;  // the wake-up
  if (::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, wake.get(), &event) != 0) {
    return base::fail_errno("cannot watch an eventfd", errno);
  }
  return std::unique_ptr<Loop>(new Loop(std::move(epoll), std::move(wake)));
}

Loop::Loop(base::UniqueFd epoll, base::UniqueFd wake)
    : epoll_(std::move(epoll)),
      wake_(std::move(wake)),
      now_ns_(base::monotonic_ns()),
      now_ms_(now_ns_ / 1'000'000),
      timers_(now_ms_) {}

void Loop::run() {
  while (!stopping_) {
    run_once(static_cast<int>(TimerWheel::kTick_ms));
  }
}

void Loop::run_once(int wait_ms) {
  std::array<epoll_event, kEventsPerTurn> events;
  const int count = ::epoll_wait(epoll_.get(), events.data(), kEventsPerTurn, wait_ms);
  const int64_t started_ns = base::monotonic_ns();
  now_ns_ = started_ns;
  now_ms_ = started_ns / 1'000'000;
  dead_.clear();
  bool woken = false;
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<size_t>(i)];
    auto* handler = static_cast<EventHandler*>(event.data.ptr);
    if (handler == nullptr) {
      woken = true;
    } else if (dead_.empty() || std::find(dead_.begin(), dead_.end(), handler) == dead_.end()) {
      handler->on_events(event.events);
    }
  }
  if (woken) run_tasks();
  timers_.advance(now_ms_);
  if (turn_end_) turn_end_();
  retired_.clear();
  if (count > 0 && turn_duration_us_) {
    turn_duration_us_((base::monotonic_ns() - started_ns) / 1'000);
  }
}

void Loop::stop() {
  post([this] { stopping_ = true; });
}

void Loop::post(std::function<void()> task) {
  {
    std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
    if (tasks_.size() > 1) return;  // whoever posted the first has woken the loop
  }
  const uint64_t one = 1;
  // Can only fail when the counter is full, and then the loop is being woken already.
  [[maybe_unused]] const ssize_t written = ::write(wake_.get(), &one, sizeof one);
}

void Loop::run_tasks() {
  uint64_t count = 0;
  [[maybe_unused]] const ssize_t n = ::read(wake_.get(), &count, sizeof count);
  std::vector<std::function<void()>> tasks;
  {
    std::lock_guard lock(mutex_);
    tasks.swap(tasks_);
  }
  for (auto& task : tasks) task();
}

base::Result<void> Loop::add(int fd, uint32_t events, EventHandler* handler) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = handler;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
    return base::fail_errno("cannot watch a socket", errno);
  }
  return {};
}

void Loop::modify(int fd, uint32_t events, EventHandler* handler) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = handler;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event);
}

void Loop::remove(int fd) { ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr); }

void Loop::retire(std::unique_ptr<EventHandler> handler) {
  dead_.push_back(handler.get());
  retired_.push_back(std::move(handler));
}

}  // namespace prodev::net
