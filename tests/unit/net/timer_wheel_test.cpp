#include "net/timer_wheel.h"

#include <memory>
#include <random>
#include <vector>

#include "catch.h"

using prodev::net::Timer;
using prodev::net::TimerWheel;

namespace {

class Alarm final : public Timer {
 public:
  int fired = 0;
  int64_t again_ms = 0;  // set by a test: the next deadline
  TimerWheel* wheel = nullptr;

 private:
  void on_deadline() override {
    ++fired;
    if (again_ms > 0) set_deadline(*wheel, again_ms);
  }
};

}  // namespace

TEST_CASE("a timer fires once, at its deadline or up to two ticks after it") {
  TimerWheel wheel(1'000);
  Alarm alarm;
  alarm.set_deadline(wheel, 5'050);
  wheel.advance(5'049);
  CHECK(alarm.fired == 0);
  wheel.advance(5'250);
  CHECK(alarm.fired == 1);
  wheel.advance(200'000);
  CHECK(alarm.fired == 1);
}

TEST_CASE("a deadline may be moved either way") {
  TimerWheel wheel(0);
  Alarm later;
  Alarm earlier;
  later.set_deadline(wheel, 1'000);
  later.set_deadline(wheel, 3'000);
  earlier.set_deadline(wheel, 3'000);
  earlier.set_deadline(wheel, 1'000);
  wheel.advance(1'200);
  CHECK(later.fired == 0);
  CHECK(earlier.fired == 1);
  wheel.advance(3'200);
  CHECK(later.fired == 1);
  CHECK(earlier.fired == 1);
}

TEST_CASE("a deadline beyond a turn of the wheel is kept") {
  TimerWheel wheel(0);
  Alarm alarm;
  alarm.set_deadline(wheel, 500'000);
  for (int64_t now = 0; now < 500'000; now += 700) wheel.advance(now);
  CHECK(alarm.fired == 0);
  wheel.advance(500'200);
  CHECK(alarm.fired == 1);
}

TEST_CASE("a timer that is disarmed or destroyed does not fire") {
  TimerWheel wheel(0);
  Alarm alarm;
  alarm.set_deadline(wheel, 1'000);
  alarm.disarm();
  {
    Alarm gone;
    gone.set_deadline(wheel, 1'000);
  }
  wheel.advance(10'000);
  CHECK(alarm.fired == 0);
}

TEST_CASE("a timer may set its next deadline when it fires") {
  TimerWheel wheel(0);
  Alarm alarm;
  alarm.wheel = &wheel;
  alarm.again_ms = 2'000;
  alarm.set_deadline(wheel, 1'000);
  wheel.advance(1'200);
  CHECK(alarm.fired == 1);
  alarm.again_ms = 0;
  wheel.advance(2'200);
  CHECK(alarm.fired == 2);
}

TEST_CASE("after a long pause everything that is due fires and nothing else") {
  TimerWheel wheel(0);
  std::vector<std::unique_ptr<Alarm>> alarms;
  std::mt19937 random(1);
  std::vector<int64_t> deadlines;
  for (int i = 0; i < 1'000; ++i) {
    alarms.push_back(std::make_unique<Alarm>());
    deadlines.push_back(random() % 200'000);
    alarms.back()->set_deadline(wheel, deadlines.back());
  }
  wheel.advance(100'000);
  for (size_t i = 0; i < alarms.size(); ++i) {
    const bool due = deadlines[i] < 99'800;
    const bool not_due = deadlines[i] > 100'000;
    if (due) REQUIRE(alarms[i]->fired == 1);
    if (not_due) REQUIRE(alarms[i]->fired == 0);
  }
  wheel.advance(300'000);
  for (const auto& alarm : alarms) REQUIRE(alarm->fired == 1);
}
