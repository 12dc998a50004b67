#include "http/loop_turns.h"

#include <array>
#include <vector>

#include "catch.h"

using namespace prodev;
using http::LoopTurns;

namespace {

constexpr int kAda = 1, kBob = 2;

net::Address address_of(std::string_view text) {
  const auto address = net::resolve_address(text);
  REQUIRE(address);
  return *address;
}

}  // namespace

TEST_CASE("clients have turns one after the other, whatever the number of their connections") {
  http::TurnQueue<int, int> queue;
  std::array<int, 3> of_ada{1, 2, 3};
  int of_bob = 10;
  for (int& one : of_ada) queue.push(kAda, one);
  queue.push(kBob, of_bob);
  std::vector<int> seen;
  while (!queue.empty()) seen.push_back(queue.pop());
  CHECK(seen == std::vector<int>{1, 10, 2, 3});
}

TEST_CASE("who has had a turn and wants another is behind all others of its client") {
  http::TurnQueue<int, int> queue;
  int one = 1, two = 2;
  queue.push(kAda, one);
  queue.push(kAda, two);
  int& first = queue.pop();
  queue.push(kAda, first);
  CHECK(&queue.pop() == &two);
  CHECK(&queue.pop() == &one);
  CHECK(queue.empty());
}

TEST_CASE("who is gone has no turn") {
  http::TurnQueue<int, int> queue;
  int one = 1, two = 2, other = 3;
  queue.push(kAda, one);
  queue.push(kAda, two);
  queue.push(kBob, other);
  queue.remove(kBob, other);
  queue.remove(kAda, one);
  CHECK(&queue.pop() == &two);
  CHECK(queue.empty());
}

TEST_CASE("a client's connections have some time together in each round") {
  LoopTurns turns;
  const LoopTurns::Key one = turns.key_of(address_of("127.0.0.1:1"), true);
  const LoopTurns::Key same = turns.key_of(address_of("127.0.0.1:2"), true);
  CHECK_FALSE(turns.has_had_its_time(one, 100));
  turns.add(one, 100, LoopTurns::kOfClient_ns - 1);
  CHECK_FALSE(turns.has_had_its_time(same, 100));
  turns.add(same, 100, 1);
  CHECK(turns.has_had_its_time(one, 100));
  CHECK_FALSE(turns.has_had_its_time(one, 200));
  turns.add(one, 200, 1);
  CHECK_FALSE(turns.has_had_its_time(one, 200));
}

TEST_CASE("each connection of a proxy is a client of its own") {
  LoopTurns turns;
  const net::Address proxy = address_of("127.0.0.1:1");
  CHECK(turns.key_of(proxy, false).client != turns.key_of(proxy, false).client);
  CHECK(turns.key_of(proxy, false).client != turns.key_of(proxy, true).client);
}
