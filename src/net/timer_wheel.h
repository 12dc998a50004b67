// TimerWheel: deadlines for many connections at no cost per request.
//
// A Timer is armed at most once per turn of the wheel: moving its deadline later only stores a
// number, and the wheel looks again when the old time comes. Resolution is one tick (100 ms): a
// timer fires at its deadline or up to two ticks after it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace prodev::net {

class TimerWheel;

// Belongs to one loop's thread. Disarms itself when destroyed.
class Timer {
 public:
  virtual ~Timer();
  Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // Fires once at `deadline_ms` (the loop's clock) unless set again or disarmed before.
  void set_deadline(TimerWheel& wheel, int64_t deadline_ms);
  void disarm();

 protected:
  // Runs on the loop; may set a new deadline or destroy the timer.
  virtual void on_deadline() = 0;

 private:
  friend class TimerWheel;
  Timer* next_ = nullptr;
  Timer* previous_ = nullptr;
  int64_t deadline_ms_ = 0;
  int64_t slot_tick_ = -1;  // where it is linked; -1: nowhere
};

class TimerWheel {
 public:
  static constexpr int64_t kTick_ms = 100;

  explicit TimerWheel(int64_t now_ms);
  ~TimerWheel();
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;

  // Fires what is due.
  void advance(int64_t now_ms);

 private:
  friend class Timer;
  static constexpr size_t kSlots = 512;  // 51 s a turn; later deadlines go round again

  struct Head final : Timer {
    Head();
    void on_deadline() override {}
  };
  void link(Timer& timer, int64_t tick);
  static void unlink(Timer& timer);
  void fire_slot(int64_t tick, int64_t now_ms);

  std::array<Head, kSlots> slots_;  // circular lists
  int64_t tick_;                    // the last tick that has been fired
};

}  // namespace prodev::net
