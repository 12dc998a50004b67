#include "net/timer_wheel.h"

#include <algorithm>

namespace prodev::net {

Timer::~Timer() { disarm(); }

void Timer::set_deadline(TimerWheel& wheel, int64_t deadline_ms) {
  deadline_ms_ = deadline_ms;
  const int64_t tick = std::max(deadline_ms / TimerWheel::kTick_ms + 1, wheel.tick_ + 1);
  if (slot_tick_ >= 0 && slot_tick_ <= tick) return;  // seen in time: the wheel will look again
  disarm();
  deadline_ms_ = deadline_ms;
  wheel.link(*this, tick);
}

void Timer::disarm() {
  if (slot_tick_ >= 0) TimerWheel::unlink(*this);
  deadline_ms_ = 0;
}

TimerWheel::Head::Head() {
  next_ = this;
  previous_ = this;
}

TimerWheel::TimerWheel(int64_t now_ms) : tick_(now_ms / kTick_ms) {}

TimerWheel::~TimerWheel() {
  for (Head& head : slots_) {
    while (head.next_ != &head) unlink(*head.next_);
  }
}

void TimerWheel::link(Timer& timer, int64_t tick) {
  // Beyond one turn: link at the last slot of this turn and look again then.
  tick = std::min(tick, tick_ + static_cast<int64_t>(kSlots) - 1);
  Head& head = slots_[static_cast<size_t>(tick) % kSlots];
  timer.slot_tick_ = tick;
  timer.previous_ = head.previous_;
  timer.next_ = &head;
  head.previous_->next_ = &timer;
  head.previous_ = &timer;
}

void TimerWheel::unlink(Timer& timer) {
  timer.previous_->next_ = timer.next_;
  timer.next_->previous_ = timer.previous_;
  timer.next_ = timer.previous_ = nullptr;
  timer.slot_tick_ = -1;
}

void TimerWheel::advance(int64_t now_ms) {
  const int64_t target = now_ms / kTick_ms;
  // After a long pause one turn of the wheel visits every slot.
  tick_ = std::max(tick_, target - static_cast<int64_t>(kSlots));
  while (tick_ < target) fire_slot(++tick_, now_ms);
}

void TimerWheel::fire_slot(int64_t tick, int64_t now_ms) {
  Head& head = slots_[static_cast<size_t>(tick) % kSlots];
  // A private list first: what on_deadline() arms again must not be visited twice.
  Head due;
  while (head.next_ != &head) {
    Timer& timer = *head.next_;
    unlink(timer);
    timer.slot_tick_ = tick;
    timer.previous_ = due.previous_;
    timer.next_ = &due;
    due.previous_->next_ = &timer;
    due.previous_ = &timer;
  }
  while (due.next_ != &due) {
    Timer& timer = *due.next_;
    unlink(timer);
    if (timer.deadline_ms_ > now_ms) {
      link(timer, timer.deadline_ms_ / kTick_ms + 1);
    } else {
      timer.on_deadline();
    }
  }
}

}  // namespace prodev::net
