#include "base/budget.h"

#include <thread>
#include <vector>

#include "base/budget_clients.h"
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
