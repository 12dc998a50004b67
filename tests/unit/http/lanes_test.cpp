#include "http/lanes.h"

#include <atomic>
#include <chrono>
#include <future>
#include <string>
#include <thread>

#include "base/giving_way.h"
#include "catch.h"

using namespace prodev::http;
namespace base = prodev::base;

namespace {

struct Log {
  std::atomic<int> ran{0};
  std::atomic<int> failed{0};
  std::atomic<int> released{0};
};

class CountedJob final : public Job {
 public:
  explicit CountedJob(Log& log, std::shared_future<void> gate = {})
      : log_(log), gate_(std::move(gate)) {}
  bool work() override {
    if (gate_.valid()) gate_.wait();
    ++log_.ran;
    return true;
  }
  void fail(const base::Error&) override { ++log_.failed; }
  void release(std::unique_ptr<Job>) override { ++log_.released; }

 private:
  Log& log_;
  std::shared_future<void> gate_;
};

template <class Lane>
bool submit(Lane& lane, Log& log, const std::shared_future<void>& gate = {}, uint8_t client = 0) {
  return lane.try_submit({client}, std::make_unique<CountedJob>(log, gate));
}

}  // namespace

TEST_CASE("jobs of a batch that fails are failed before they are released") {
  Log log;
  WriteLane lane(10, [](Batch batch) -> base::Result<void> {
    for (const auto& job : batch) (void)job->run();
    return base::fail(base::Code::kUnavailable, "no disk");
  });
  for (int i = 0; i < 5; ++i) REQUIRE(submit(lane, log));
  lane.finish();
  CHECK(log.ran == 5);
  CHECK(log.failed == 5);
  CHECK(log.released == 5);
}

TEST_CASE("a lane that is full or finished takes no job and keeps those it has") {
  Log log;
  std::promise<void> open;
  const std::shared_future<void> gate = open.get_future().share();
  PoolLane lane(3, 1);
  int taken = 0;
  while (submit(lane, log, gate)) ++taken;
  CHECK((taken == 3 || taken == 4));  // one of them may be running by now
  open.set_value();
  lane.finish();
  CHECK(log.ran == taken);
  CHECK(log.released == taken);
  CHECK_FALSE(submit(lane, log));
}

TEST_CASE("a job that gives way to one of another client is failed and released, and never runs") {
  Log greedy, modest;
  std::promise<void> open;
  const std::shared_future<void> gate = open.get_future().share();
  PoolLane lane(3, 1);
  int taken = 0;
  while (submit(lane, greedy, gate)) ++taken;
  CHECK(submit(lane, modest, gate, 1));
  CHECK((greedy.failed == 1 && greedy.released == 1));
  open.set_value();
  lane.finish();
  CHECK(greedy.ran == taken - 1);
  CHECK(modest.ran == 1);
}

namespace {

// Works until it is told to end, at its first times, and then once more.
class LongJob final : public Job {
 public:
  LongJob(Log& log, std::atomic<int>& begun) : log_(log), begun_(begun) {}
  bool work() override {
    ++begun_;
    const auto ends = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (std::chrono::steady_clock::now() < ends && log_.released == 0) {
      if (base::must_give_way()) return false;
      std::this_thread::yield();
    }
    ++log_.ran;
    return true;
  }
  void fail(const base::Error&) override { ++log_.failed; }
  void release(std::unique_ptr<Job>) override {}

 private:
  Log& log_;
  std::atomic<int>& begun_;
};

}  // namespace

TEST_CASE(
    "a job of a new client is run while others have long ones on all threads, which all end") {
  Log log;
  std::atomic<int> begun = 0;
  PoolLane lane(100, 4);
  for (uint8_t client = 1; client <= 10; ++client)
    REQUIRE(lane.try_submit({client}, std::make_unique<LongJob>(log, begun)));
  while (begun < 4) std::this_thread::yield();
  REQUIRE(submit(lane, log, {}, 99));
  lane.finish();
  CHECK(log.released == 1);
  CHECK(log.ran == 11);
  CHECK(log.failed == 0);
  CHECK(begun > 10);
}
