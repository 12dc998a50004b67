#include "http/lanes.h"

#include <atomic>
#include <future>
#include <string>

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
