#include "base/budget.h"

#include <array>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "base/budget_clients.h"
#include "base/clock.h"
#include "catch.h"

using prodev::base::Budget;
using prodev::test::kAda;
using prodev::test::kBob;
using prodev::test::kCyd;
using prodev::test::kStep;
using Grant = Budget::Grant;

TEST_CASE("a lease that stays small takes nothing of the budget") {
  Budget budget({10 * kStep, 5 * kStep});
  Budget::Lease lease(budget, kAda);
  CHECK(lease.grow_to(kStep) == Grant::kGranted);
  CHECK(budget.used() == 0);
  CHECK(lease.grow_to(kStep + 1) == Grant::kGranted);
  CHECK(budget.used() == 2 * kStep);
}

TEST_CASE("one client has its part at most, in one lease or in many") {
  Budget budget({10 * kStep, 5 * kStep});
  Budget::Lease one(budget, kAda), two(budget, kAda), other(budget, kBob);
  CHECK(one.grow_to(6 * kStep) == Grant::kTooMuch);
  CHECK(one.grow_to(UINT64_MAX) == Grant::kTooMuch);
  CHECK(one.grow_to(3 * kStep) == Grant::kGranted);
  CHECK(two.grow_to(3 * kStep) == Grant::kBusy);
  CHECK(two.grow_to(2 * kStep) == Grant::kGranted);
  CHECK(other.grow_to(5 * kStep) == Grant::kGranted);
}

TEST_CASE("what one piece of work can never have in all of its leases is too much") {
  Budget budget({10 * kStep, 5 * kStep});
  Budget::Lease body(budget, kAda);
  REQUIRE(body.grow_to(3 * kStep) == Grant::kGranted);
  Budget::Lease rows(budget, kAda, body.held_with_others());
  CHECK(rows.grow_to(3 * kStep) == Grant::kTooMuch);
  CHECK(rows.grow_to(2 * kStep) == Grant::kGranted);
  Budget::Lease answer = Budget::Lease(budget, kAda, rows.held_with_others());
  CHECK(answer.grow_to(2 * kStep) == Grant::kTooMuch);
  // Other work of the same client may end.
  Budget::Lease other(budget, kAda);
  CHECK(other.grow_to(2 * kStep) == Grant::kBusy);
}

TEST_CASE("all clients together have no more than there is") {
  Budget budget({8 * kStep, 5 * kStep});
  Budget::Lease one(budget, kAda), two(budget, kBob), three(budget, kCyd);
  CHECK(one.grow_to(4 * kStep) == Grant::kGranted);
  CHECK(two.grow_to(3 * kStep) == Grant::kGranted);
  CHECK(three.grow_to(2 * kStep) == Grant::kBusy);
  one.release();
  CHECK(three.grow_to(5 * kStep) == Grant::kGranted);
}

TEST_CASE("a lease that was refused keeps what it held, and all is given back at the end") {
  Budget budget({10 * kStep, 5 * kStep});
  {
    Budget::Lease lease(budget, kAda);
    REQUIRE(lease.grow_to(4 * kStep) == Grant::kGranted);
    CHECK(lease.grow_to(9 * kStep) == Grant::kTooMuch);
    CHECK(budget.used() == 4 * kStep);
    Budget::Lease moved = std::move(lease);
    CHECK(moved.grow_to(5 * kStep) == Grant::kGranted);
    Budget::Lease assigned(budget, kBob);
    REQUIRE(assigned.grow_to(2 * kStep) == Grant::kGranted);
    assigned = std::move(moved);
    CHECK(budget.used() == 5 * kStep);
  }
  CHECK(budget.used() == 0);
}

TEST_CASE("leases of many threads leave nothing behind") {
  Budget budget({40 * kStep, 20 * kStep});
  std::vector<std::thread> threads;
  for (uint8_t i = 0; i < 4; ++i) {
    threads.emplace_back([&budget, i] {
      for (uint64_t n = 0; n < 2'000; ++n) {
        Budget::Lease lease(budget, {static_cast<uint8_t>(i % 2)});
        for (uint64_t steps = 2; steps < 16; ++steps) (void)lease.grow_to(steps * kStep);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(budget.used() == 0);
}

namespace {

class Fetcher final : public Budget::Yielder {
 public:
  explicit Fetcher(double pace) : pace_(pace) {}
  double pace(int64_t) const override { return pace_; }
  void yield() override { ++yields; }

  int yields = 0;

 private:
  double pace_;
};

// `steps` of the budget that yield.
struct Answer {
  Answer(Budget& budget, const Budget::Client& client, uint64_t steps, double pace)
      : fetcher(std::make_shared<Fetcher>(pace)), lease(budget, client) {
    REQUIRE(lease.grow_to(steps * kStep) == Grant::kGranted);
    lease.yield_to_others(fetcher);
  }
  std::shared_ptr<Fetcher> fetcher;
  Budget::Lease lease;
};

constexpr Budget::Patience kPatient{20'000'000'000, [] { return true; }};
constexpr Budget::Patience kHurried{1'000'000, [] { return true; }};

}  // namespace

TEST_CASE("answers that wait yield to others who need the room, the slowest first") {
  Budget budget({10 * kStep, 8 * kStep});
  Answer slow(budget, kAda, 3, 2.0), slowest(budget, kBob, 3, 1.0), quick(budget, kBob, 3, 9.0);
  Budget::Lease work(budget, kCyd);
  CHECK(work.grow_to(3 * kStep) == Grant::kGranted);
  CHECK(slowest.fetcher->yields == 1);
  CHECK(slow.fetcher->yields == 0);
  CHECK(work.grow_to(5 * kStep) == Grant::kGranted);
  CHECK(slow.fetcher->yields == 1);
  CHECK(slowest.fetcher->yields == 1);
  CHECK(quick.fetcher->yields == 0);
  CHECK(budget.used() == 8 * kStep);
  slowest.lease.release();  // gives nothing back a second time
  CHECK(budget.used() == 8 * kStep);
  quick.lease.release();
  work.release();
  CHECK(budget.used() == 0);
}

TEST_CASE("answers that wait keep their part, and none is ended in vain") {
  Budget budget({10 * kStep, 8 * kStep, 4 * kStep});
  Answer one(budget, kAda, 3, 1.0), two(budget, kBob, 3, 2.0);
  Budget::Lease work(budget, kCyd);
  CHECK(work.grow_to(7 * kStep) == Grant::kBusy);  // three beyond what is free, two may yield
  CHECK(one.fetcher->yields + two.fetcher->yields == 0);
  CHECK(work.grow_to(6 * kStep) == Grant::kGranted);
  CHECK(one.fetcher->yields == 1);
  CHECK(work.grow_to(8 * kStep) == Grant::kBusy);
  CHECK(two.fetcher->yields == 0);
}

TEST_CASE("answers of a client yield to others only, and move with their leases") {
  Budget budget({10 * kStep, 5 * kStep});
  Answer answer(budget, kAda, 4, 1.0);
  Budget::Lease moved = std::move(answer.lease), own(budget, kAda), other(budget, kBob);
  CHECK(own.grow_to(2 * kStep) == Grant::kBusy);
  CHECK(other.grow_to(5 * kStep) == Grant::kGranted);
  Budget::Lease third(budget, kCyd);
  CHECK(third.grow_to(2 * kStep) == Grant::kGranted);
  CHECK(answer.fetcher->yields == 1);
  CHECK(own.grow_to(3 * kStep) == Grant::kGranted);
}

TEST_CASE("who waits for room has it as soon as others give back") {
  Budget budget({4 * kStep, 4 * kStep});
  Budget::Lease first(budget, kAda), second(budget, kBob);
  REQUIRE(first.grow_to(2 * kStep) == Grant::kGranted);
  REQUIRE(second.grow_to(2 * kStep) == Grant::kGranted);
  Grant grant = Grant::kBusy;
  std::thread waits([&] { grant = first.grow_to(4 * kStep, &kPatient); });
  second.release();
  waits.join();
  CHECK(grant == Grant::kGranted);
}

TEST_CASE(
    "where all who hold a part wait for more the youngest is refused, and the oldest goes on") {
  Budget budget({6 * kStep, 6 * kStep});
  std::array<Budget::Lease, 3> leases;
  for (uint8_t i = 0; i < 3; ++i) {
    leases[i] = Budget::Lease(budget, {i});
    REQUIRE(leases[i].grow_to(2 * kStep) == Grant::kGranted);
  }
  std::array<Grant, 3> grants{};
  std::vector<std::thread> threads;
  for (size_t i = 0; i < 3; ++i) {
    threads.emplace_back([&, i] {
      grants[i] = leases[i].grow_to(4 * kStep, &kPatient);
      leases[i].release();
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(grants == std::array{Grant::kGranted, Grant::kGranted, Grant::kBusy});
}

TEST_CASE("who waits for the share of its client keeps no others waiting") {
  Budget budget({16 * kStep, 4 * kStep});
  Budget::Lease held(budget, kAda), more(budget, kAda), other(budget, kBob);
  REQUIRE(held.grow_to(3 * kStep) == Grant::kGranted);
  Grant grant = Grant::kBusy;
  std::thread waits([&] { grant = more.grow_to(3 * kStep, &kPatient); });
  CHECK(other.grow_to(4 * kStep, &kPatient) == Grant::kGranted);
  held.release();
  waits.join();
  CHECK(grant == Grant::kGranted);
}

TEST_CASE("who holds nothing may wait, and nobody for longer than it has patience") {
  Budget budget({2 * kStep, 2 * kStep});
  Budget::Lease holder(budget, kAda), waiter(budget, kBob);
  REQUIRE(holder.grow_to(2 * kStep) == Grant::kGranted);
  CHECK(waiter.grow_to(2 * kStep, &kHurried) == Grant::kBusy);
  std::thread gives([&] { holder.release(); });
  CHECK(waiter.grow_to(2 * kStep, &kPatient) == Grant::kGranted);
  gives.join();
}

TEST_CASE("of many who hold a part and want more some always get it") {
  constexpr uint64_t kThreads = 8;
  Budget budget({2 * kThreads * kStep, kThreads * kStep});
  std::atomic<int> granted = 0;
  const int64_t begun_ns = prodev::base::monotonic_ns();
  std::vector<std::thread> threads;
  for (uint8_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      for (int n = 0; n < 300; ++n) {
        Budget::Lease lease(budget, {static_cast<uint8_t>(i % 3)});
        Grant grant = Grant::kGranted;
        for (uint64_t steps = 2; steps <= kThreads - 1 && grant == Grant::kGranted; ++steps)
          grant = lease.grow_to(steps * kStep, &kPatient);
        if (grant == Grant::kGranted) ++granted;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(granted > 100);
  // None of them by the end of its patience.
  CHECK(prodev::base::monotonic_ns() - begun_ns < kPatient.ns / 2);
  CHECK(budget.used() == 0);
}
