#include "http/fair_queue.h"

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "catch.h"

using prodev::http::FairQueue;

namespace {

using Queue = FairQueue<std::string, int>;

std::vector<int> pop_all(Queue& queue, size_t count) {
  std::vector<int> popped;
  while (popped.size() < count) popped.push_back(queue.pop()->second);
  return popped;
}

}  // namespace

TEST_CASE("clients are served in turn, each in its own order") {
  Queue queue(10, 10);
  for (const int i : {1, 2, 3}) REQUIRE_FALSE(queue.push("greedy", i));
  REQUIRE_FALSE(queue.push("modest", 10));
  CHECK(pop_all(queue, 4) == std::vector<int>{1, 10, 2, 3});
}

TEST_CASE("a client that is served as often as it may be is passed over until it is done") {
  Queue queue(10, 4);
  for (const int i : {1, 2, 3}) REQUIRE_FALSE(queue.push("greedy", i));
  CHECK(pop_all(queue, 2) == std::vector<int>{1, 2});
  REQUIRE_FALSE(queue.push("modest", 10));
  CHECK(queue.pop()->second == 10);
  int last = 0;
  std::thread waiting([&] { last = queue.pop()->second; });
  queue.finish("modest");
  CHECK(queue.size() == 1);
  queue.finish("greedy");
  waiting.join();
  CHECK(last == 3);
}

TEST_CASE("two items of a client that come at once are served at once") {
  for (int round = 0; round < 100; ++round) {
    Queue queue(10, 4);
    std::atomic<int> served = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i) {
      threads.emplace_back([&] {
        if (queue.pop()) ++served;
        while (served < 2) std::this_thread::yield();  // at it until both are
      });
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));  // both wait
    REQUIRE_FALSE(queue.push("a", 1));
    REQUIRE_FALSE(queue.push("a", 2));
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (served < 2 && std::chrono::steady_clock::now() < give_up) std::this_thread::yield();
    CHECK(served == 2);
    served = 2;
    queue.close();
    for (std::thread& thread : threads) thread.join();
  }
}

TEST_CASE("clients with many long items leave threads to those who have none") {
  Queue queue(100, 16);
  for (int i = 0; i < 20; ++i) {
    REQUIRE_FALSE(queue.push("one", 100 + i));
    REQUIRE_FALSE(queue.push("another", 200 + i));
  }
  for (const int item : pop_all(queue, 14)) CHECK(item % 100 < 7);
  for (const int i : {1, 2}) REQUIRE_FALSE(queue.push("modest", i));
  REQUIRE_FALSE(queue.push("late", 11));
  CHECK(queue.pop()->second == 1);
  CHECK(queue.pop()->second == 11);  // before the second one of the other
  queue.finish("modest");
  CHECK(queue.pop()->second == 2);
}

TEST_CASE("one client has half of the threads at most, and one whatever there are") {
  Queue queue(100, 16);
  for (int i = 0; i < 9; ++i) REQUIRE_FALSE(queue.push("only", i));
  pop_all(queue, 8);
  REQUIRE_FALSE(queue.push("modest", 100));
  CHECK(queue.pop()->second == 100);
  for (const size_t threads : {1, 2, 3}) {
    Queue small(10, threads);
    for (const int i : {1, 2}) REQUIRE_FALSE(small.push("only", i));
    CHECK(small.pop()->second == 1);
    small.finish("only");
    CHECK(small.pop()->second == 2);
  }
}

TEST_CASE("in a full queue the newest item of who has most gives way to who has less") {
  Queue queue(6, 10);
  for (const int i : {1, 2, 3, 4}) REQUIRE_FALSE(queue.push("greedy", i));
  for (const int i : {11, 12}) REQUIRE_FALSE(queue.push("eager", i));
  CHECK(queue.push("modest", 21) == 4);
  CHECK(queue.push("greedy", 5) == 5);
  CHECK(queue.push("eager", 13) == 13);  // it would have as many as the other
  CHECK(queue.push("late", 31) == 3);
  CHECK(queue.push("modest", 22) == 22);  // none has more than it would have
  CHECK(queue.size() == 6);
  CHECK(pop_all(queue, 6) == std::vector<int>{1, 11, 21, 31, 2, 12});
}

TEST_CASE("however many items two clients push, others have their place") {
  Queue queue(100, 10);
  for (int i = 0; i < 1'000; ++i) (void)queue.push(i % 2 == 0 ? "one" : "another", i);
  for (int i = 0; i < 30; ++i) {
    const auto displaced = queue.push("client " + std::to_string(i), 2'000 + i);
    REQUIRE(displaced);
    CHECK(*displaced < 1'000);
  }
  CHECK(queue.size() == 100);
}

TEST_CASE("a queue that is full or closed takes nothing, and gives what it has before it ends") {
  Queue queue(2, 1);
  REQUIRE_FALSE(queue.push("a", 1));
  REQUIRE_FALSE(queue.push("a", 2));
  CHECK(queue.push("a", 3) == 3);
  queue.close();
  CHECK(queue.pop()->second == 1);
  std::vector<std::thread> waiting;
  std::atomic<int> got = 0;
  std::atomic<int> ended = 0;
  for (int i = 0; i < 2; ++i) waiting.emplace_back([&] { queue.pop() ? ++got : ++ended; });
  queue.finish("a");
  for (std::thread& thread : waiting) thread.join();
  CHECK((got == 1 && ended == 1));
  CHECK(queue.push("a", 4) == 4);
}
