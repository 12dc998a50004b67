#include "http/write_queue.h"

#include <algorithm>
#include <string>
#include <thread>

#include "catch.h"

using prodev::http::WriteCost;

namespace {

using Writes = prodev::http::WriteQueue<std::string, int>;
using Numbers = std::vector<int>;

constexpr int64_t kQuickWrite_ns = 50'000;
constexpr int64_t kSlowWrite_ns = 400'000'000;

bool push_write(Writes& queue, const std::string& client, int item, bool is_long = false,
                uint64_t kind = 0) {
  return !queue.push(client, item, {kind, is_long});
}

// Items from 100 on are slow.
Numbers serve_writes(Writes& queue, size_t most = 100, std::vector<size_t> undone = {}) {
  Numbers batch = queue.pop_batch(most);
  Numbers taken = batch;
  std::vector<int64_t> worked_ns;
  int64_t took_ns = 1'000'000;
  for (const int item : batch) worked_ns.push_back(item < 100 ? kQuickWrite_ns : kSlowWrite_ns);
  for (const size_t place : undone) worked_ns[place] = 0;
  for (const int64_t worked : worked_ns) took_ns += worked;
  queue.finish_batch(batch, undone, worked_ns, took_ns);
  return taken;
}

}  // namespace

TEST_CASE("quick writes are taken together, those of each client in order") {
  Writes queue(10);
  for (const int i : {1, 2, 3}) REQUIRE(push_write(queue, "one", i));
  REQUIRE(push_write(queue, "another", 4));
  CHECK(serve_writes(queue, 2).size() == 2);
  CHECK(serve_writes(queue).size() == 2);
  for (const int i : {1, 2, 3}) REQUIRE(push_write(queue, "one", i));
  CHECK(serve_writes(queue) == Numbers{1, 2, 3});
}

TEST_CASE("long writes are taken one by one, with short ones in between, until they prove quick") {
  Writes queue(20);
  for (const int i : {1, 2, 3, 4}) REQUIRE(push_write(queue, "one", i, true));
  REQUIRE(push_write(queue, "one", 5));
  CHECK(serve_writes(queue) == Numbers{5});
  CHECK(serve_writes(queue) == Numbers{1});
  CHECK(serve_writes(queue) == Numbers{2, 3, 4});
}

TEST_CASE("a client whose writes are known to be slow is served alone while others wait") {
  Writes queue(20);
  REQUIRE(push_write(queue, "slow", 100));
  CHECK(serve_writes(queue) == Numbers{100});
  for (const int i : {101, 102, 103, 104}) REQUIRE(push_write(queue, "slow", i));
  for (const int i : {105, 106}) REQUIRE(push_write(queue, "slower", i, true));
  CHECK(serve_writes(queue).size() == 1);
  CHECK(serve_writes(queue).size() == 1);
}

TEST_CASE("the writes of the one client that waits are taken together, whatever they took") {
  Writes queue(20);
  REQUIRE(push_write(queue, "slow", 100));
  CHECK(serve_writes(queue) == Numbers{100});
  for (const int i : {101, 102, 103}) REQUIRE(push_write(queue, "slow", i));
  CHECK(serve_writes(queue) == Numbers{101, 102, 103});
}

TEST_CASE("others wait for one slow write at most, however many and from however many clients") {
  Writes queue(100);
  const std::vector<std::string> slow = {"a", "b", "c"};
  for (const std::string& client : slow) {
    for (int i = 0; i < 4; ++i) REQUIRE(push_write(queue, client, 100 + i));
  }
  // They are taken together once, since nobody knows them.
  CHECK(serve_writes(queue, 3) == Numbers{100, 100, 100});
  for (int i = 1; i < 9; ++i) {
    REQUIRE(push_write(queue, "modest", i));
    CHECK(serve_writes(queue) == Numbers{i});
    CHECK(serve_writes(queue).front() >= 100);
  }
}

TEST_CASE(
    "those who are known to be quick wait for one slow write of clients that nobody knows, too") {
  Writes queue(100);
  REQUIRE(push_write(queue, "modest", 1));
  CHECK(serve_writes(queue) == Numbers{1});
  for (const char* client : {"a", "b", "c", "d"}) {
    for (int i = 0; i < 3; ++i) REQUIRE(push_write(queue, client, 100 + i));
  }
  for (int i = 1; i < 9; ++i) {
    CHECK(serve_writes(queue, 1).front() >= 100);
    REQUIRE(push_write(queue, "modest", i));
    CHECK(serve_writes(queue) == Numbers{i});
  }
}

TEST_CASE("clients with slow writes take turns by the time that they took") {
  Writes queue(100);
  REQUIRE(push_write(queue, "a", 100));
  REQUIRE(push_write(queue, "b", 200));
  serve_writes(queue, 1);
  serve_writes(queue, 1);
  for (int i = 1; i < 4; ++i) REQUIRE(push_write(queue, "a", 100 + i));
  for (int i = 1; i < 4; ++i) REQUIRE(push_write(queue, "b", 200 + i));
  std::vector<int> turns;
  for (int i = 0; i < 6; ++i) turns.push_back(serve_writes(queue).front() / 100);
  for (size_t i = 0; i < 6; i += 2) CHECK(turns[i] + turns[i + 1] == 3);
}

TEST_CASE("a client that was slow is quick again after some writes that were") {
  Writes queue(100);
  REQUIRE(push_write(queue, "one", 100));
  CHECK(serve_writes(queue) == Numbers{100});
  int apart = 0;
  for (bool together = false; !together && apart < 50; apart += !together) {
    for (const int i : {1, 2}) REQUIRE(push_write(queue, "one", i));
    REQUIRE(push_write(queue, "another", 3));
    while (queue.size() > 0) {
      const Numbers taken = serve_writes(queue);
      const auto has = [&](int i) {
        return std::find(taken.begin(), taken.end(), i) != taken.end();
      };
      // With the other one, or before it.
      together = together || (has(1) && has(2) && (has(3) || queue.size() > 0));
    }
  }
  CHECK(apart > 1);
  CHECK(apart < 10);
}

TEST_CASE("what a batch had no time for waits again, in its order") {
  Writes queue(10);
  for (const int i : {1, 2, 3, 4}) REQUIRE(push_write(queue, "one", i));
  CHECK(serve_writes(queue, 3, {1, 2}) == Numbers{1, 2, 3});
  CHECK(queue.size() == 3);
  CHECK(serve_writes(queue) == Numbers{2, 3, 4});
}

TEST_CASE("a queue of writes is bounded as a whole, and gives out what it has when it is closed") {
  Writes queue(2);
  CHECK(push_write(queue, "one", 1, true));
  CHECK(push_write(queue, "another", 2));
  CHECK_FALSE(push_write(queue, "third", 3));
  CHECK(queue.size() == 2);
  std::thread closer([&] { queue.close(); });
  closer.join();
  CHECK_FALSE(push_write(queue, "one", 4));
  CHECK(serve_writes(queue).size() + serve_writes(queue).size() == 2);
  CHECK(queue.pop_batch(9).empty());
}

TEST_CASE("in a full queue of writes the newest of who has most gives way to who has less") {
  Writes queue(5);
  for (const int i : {1, 2, 3, 4}) REQUIRE(push_write(queue, "greedy", i));
  REQUIRE(push_write(queue, "eager", 5));
  CHECK(queue.push("modest", 6, {}) == 4);
  CHECK(queue.push("greedy", 7, {}) == 7);
  CHECK(queue.push("late", 8, {}) == 3);
  CHECK(queue.push("later", 9, {}) == 2);
  CHECK(queue.push("too late", 10, {}) == 10);  // none has more than it would have
  Numbers served = serve_writes(queue);
  std::sort(served.begin(), served.end());
  CHECK(served == Numbers{1, 5, 6, 8, 9});
}

TEST_CASE("in a full queue writes that wait again after their batch may give way, too") {
  Writes queue(3);
  for (const int i : {1, 2, 3}) REQUIRE(push_write(queue, "greedy", i));
  CHECK(serve_writes(queue, 3, {1, 2}) == Numbers{1, 2, 3});
  REQUIRE(push_write(queue, "greedy", 4));
  CHECK(queue.push("modest", 5, {}) == 4);
  CHECK(queue.push("late", 6, {}) == 3);
  CHECK(serve_writes(queue).size() == 3);
}

TEST_CASE("those who do not wait are forgotten, and the others keep their place") {
  Writes queue(10);
  REQUIRE(push_write(queue, "patient", 1));
  for (int i = 0; i < 3'000; ++i) {
    REQUIRE(push_write(queue, "client " + std::to_string(i), 2));
    serve_writes(queue, 1);
  }
  CHECK(queue.size() == 1);
  CHECK(serve_writes(queue).size() == 1);
}

namespace {

constexpr uint64_t kGuests = 0x9e3779b97f4a7c15;  // kinds of writes, as hashes
constexpr uint64_t kReports = 0xbf58476d1ce4e5b9;

bool push_kind(Writes& queue, const std::string& client, int item, uint64_t kind) {
  return push_write(queue, client, item, false, kind);
}

}  // namespace

TEST_CASE("a client that nobody knows waits for one slow write, of however many clients") {
  Writes queue(5'000);
  REQUIRE(push_kind(queue, "somebody", 1, kGuests));
  CHECK(serve_writes(queue) == Numbers{1});
  for (int i = 0; i < 1'100; ++i)
    REQUIRE(push_kind(queue, "slow " + std::to_string(i), 100, kReports));
  for (int i = 0; i < 5; ++i) {
    CHECK(serve_writes(queue, 1) == Numbers{100});
    REQUIRE(push_kind(queue, "new " + std::to_string(i), 2, kGuests));
    CHECK(serve_writes(queue, 1) == Numbers{2});
  }
}

TEST_CASE("so does one with a kind of write that nobody knows, where that of the others is known") {
  Writes queue(5'000);
  for (int i = 0; i < 1'100; ++i)
    REQUIRE(push_kind(queue, "slow " + std::to_string(i), 100, kReports));
  for (uint64_t i = 1; i < 6; ++i) {
    CHECK(serve_writes(queue, 1) == Numbers{100});
    REQUIRE(push_kind(queue, "new " + std::to_string(i), 2, kGuests + i));
    CHECK(serve_writes(queue, 1) == Numbers{2});
  }
}

TEST_CASE("a client whose writes of a kind are quick does not wait for those whose are slow") {
  Writes queue(5'000);
  REQUIRE(push_kind(queue, "modest", 1, kGuests));
  CHECK(serve_writes(queue) == Numbers{1});
  for (int i = 0; i < 1'100; ++i)
    REQUIRE(push_kind(queue, "slow " + std::to_string(i), 100, kGuests));
  CHECK(serve_writes(queue, 1) == Numbers{100});
  for (int i = 0; i < 5; ++i) {
    REQUIRE(push_kind(queue, "modest", 1, kGuests));
    CHECK(serve_writes(queue, 1) == Numbers{1});
    CHECK(serve_writes(queue, 1) == Numbers{100});
  }
}

TEST_CASE("a client that is known to be quick is not taken to be so with what nobody knows") {
  Writes queue(5'000);
  for (int i = 0; i < 100; ++i) {
    const std::string client = "slow " + std::to_string(i);
    REQUIRE(push_kind(queue, client, 1, kGuests));
    CHECK(serve_writes(queue) == Numbers{1});
  }
  for (uint64_t i = 0; i < 100; ++i)
    REQUIRE(push_kind(queue, "slow " + std::to_string(i), 100, kReports + 2 * i));
  for (int i = 0; i < 5; ++i) {
    CHECK(serve_writes(queue, 1) == Numbers{100});
    REQUIRE(push_kind(queue, "new " + std::to_string(i), 2, kGuests));
    CHECK(serve_writes(queue, 1) == Numbers{2});
  }
}

TEST_CASE("what a kind of write takes is known by its size, and learned anew step by step") {
  prodev::http::WriteCosts costs;
  const auto key = prodev::http::WriteCosts::key_of("somebody", {kGuests, false});
  CHECK_FALSE(costs.find(key));
  for (const int64_t took : {1'000, 300'000, 5'000'000, 400'000'000}) {
    costs.add(key, took);
    CHECK(costs.find(key) > took / 2);
    CHECK(costs.find(key) < std::max(2 * took, int64_t{20'000}));
  }
  costs.add(key, 1'000);
  CHECK(costs.find(key) > WriteCost::kSlow);
  for (int i = 0; i < 20; ++i) costs.add(key, 1'000);
  CHECK(costs.find(key) < WriteCost::kUnknown);
  const auto other = prodev::http::WriteCosts::key_of("other", {kGuests, false});
  CHECK(costs.find(other) < WriteCost::kUnknown);
  costs.add(other, 400'000'000);
  CHECK(costs.find(other) > WriteCost::kSlow);
  CHECK(costs.find(key) < WriteCost::kUnknown);
}
