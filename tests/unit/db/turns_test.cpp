#include "db/turns.h"

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "catch.h"

namespace prodev::db {
namespace {

using Read = Turns::Read;
using Names = std::vector<std::string>;

constexpr int64_t kMinute_ns = 60'000'000'000;
constexpr Turns::Client kAda{1}, kBob{2}, kCyd{3};

// One turn, which Ada has until run(): then those who wait have it one after the other.
class OneTurn {
 public:
  explicit OneTurn(int64_t patience_ns = kMinute_ns) : turns_(1, patience_ns) {
    REQUIRE(turns_.take(kAda, Read::kBegins, 0));
  }

  // Waits behind those who do already.
  void wait(std::string name, const Turns::Client& client, Read read) {
    const size_t before = turns_.waiting();
    threads_.emplace_back([this, name = std::move(name), client, read] {
      if (!turns_.take(client, read, base::monotonic_ns() + kMinute_ns)) return;
      order_.push_back(name);  // who has the only turn is alone here
      turns_.give(client, Turns::kTurn_ns);
    });
    while (turns_.waiting() == before) std::this_thread::yield();
  }

  // The order in which they had it. `worked_ns`: how long Ada had it.
  Names run(int64_t worked_ns = Turns::kTurn_ns) {
    turns_.give(kAda, worked_ns);
    for (std::thread& thread : threads_) thread.join();
    return order_;
  }

 private:
  Turns turns_;
  std::vector<std::thread> threads_;
  Names order_;
};

Names two_of_one_client(int64_t patience_ns) {
  OneTurn turn(patience_ns);
  turn.wait("goes on", kBob, Read::kGoesOn);
  turn.wait("begins", kBob, Read::kBegins);
  return turn.run();
}

}  // namespace

TEST_CASE("a client's read that begins is before one that goes on, which has patience") {
  CHECK(two_of_one_client(kMinute_ns) == Names{"begins", "goes on"});
  CHECK(two_of_one_client(0) == Names{"goes on", "begins"});
}

TEST_CASE("a read that goes on has its turn between the many that another client begins") {
  OneTurn turn;
  for (int i = 0; i < 4; ++i) turn.wait("one of many", kAda, Read::kBegins);
  turn.wait("goes on", kBob, Read::kGoesOn);
  const Names order = turn.run();
  CHECK(order.front() == "goes on");
}

TEST_CASE("two clients have the same time, whatever the number of their reads") {
  OneTurn turn;
  for (int i = 0; i < 8; ++i) turn.wait("Ada", kAda, Read::kBegins);
  for (int i = 0; i < 3; ++i) turn.wait("Bob", kBob, Read::kGoesOn);
  const Names order = turn.run();
  REQUIRE(order.size() == 11);
  // Three turns of Bob's among the first six or so: never more than a turn behind his half.
  int of_bob = 0;
  for (size_t i = 0; i < 7; ++i) of_bob += order[i] == "Bob" ? 1 : 0;
  CHECK(of_bob == 3);
}

TEST_CASE("a client that comes anew is before those that have worked for long") {
  OneTurn turn;
  turn.wait("Ada", kAda, Read::kGoesOn);
  turn.wait("Bob", kBob, Read::kGoesOn);
  turn.wait("Cyd", kCyd, Read::kBegins);
  CHECK(turn.run(20 * Turns::kTurn_ns).back() == "Ada");
}

TEST_CASE("what a client had for itself is not held against it for long") {
  Turns turns(1);
  REQUIRE(turns.take(kAda, Read::kBegins, 0));
  turns.give(kAda, 1'000 * Turns::kTurn_ns);
  REQUIRE(turns.take(kBob, Read::kBegins, 0));
  std::thread waits([&] {
    REQUIRE(turns.take(kAda, Read::kBegins, 0));
    turns.give(kAda, Turns::kTurn_ns);
  });
  while (turns.waiting() == 0) std::this_thread::yield();
  turns.give(kBob, Turns::kTurn_ns);
  waits.join();
  CHECK(turns.take(kCyd, Read::kBegins, base::monotonic_ns() + kMinute_ns));
}

}  // namespace prodev::db
