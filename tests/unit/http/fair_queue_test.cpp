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
  while (popped.size() < count) popped.push_back(queue.pop()->item);
  return popped;
}

void finish(Queue& queue, const std::string& client, bool is_long = false) {
  queue.finish({client, 0, is_long});
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
  CHECK(queue.pop()->item == 10);
  int last = 0;
  std::thread waiting([&] { last = queue.pop()->item; });
  finish(queue, "modest");
  CHECK(queue.size() == 1);
  finish(queue, "greedy");
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
  CHECK(queue.pop()->item == 1);
  CHECK(queue.pop()->item == 11);  // before the second one of the other
  finish(queue, "modest");
  CHECK(queue.pop()->item == 2);
}

TEST_CASE("one client has half of the threads at most, and one whatever there are") {
  Queue queue(100, 16);
  for (int i = 0; i < 9; ++i) REQUIRE_FALSE(queue.push("only", i));
  pop_all(queue, 8);
  REQUIRE_FALSE(queue.push("modest", 100));
  CHECK(queue.pop()->item == 100);
  for (const size_t threads : {1, 2, 3}) {
    Queue small(10, threads);
    for (const int i : {1, 2}) REQUIRE_FALSE(small.push("only", i));
    CHECK(small.pop()->item == 1);
    finish(small, "only");
    CHECK(small.pop()->item == 2);
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
  CHECK(queue.pop()->item == 1);
  std::vector<std::thread> waiting;
  std::atomic<int> got = 0;
  std::atomic<int> ended = 0;
  for (int i = 0; i < 2; ++i) waiting.emplace_back([&] { queue.pop() ? ++got : ++ended; });
  finish(queue, "a");
  for (std::thread& thread : waiting) thread.join();
  CHECK((got == 1 && ended == 1));
  CHECK(queue.push("a", 4) == 4);
}

TEST_CASE("however many clients have long items, one that is new waits for beginnings only") {
  Queue queue(100, 16);
  std::vector<Queue::Taken> served;
  for (int i = 0; i < 40; ++i) REQUIRE_FALSE(queue.push("client " + std::to_string(i), 100 + i));
  while (served.size() < 16) served.push_back(*queue.pop());
  REQUIRE_FALSE(queue.push("new", 1));
  size_t went_on = 0;
  for (Queue::Taken& taken : served) went_on += queue.may_go_on(taken) ? 1U : 0U;
  CHECK(went_on == 14);
  std::vector<Queue::Taken> begun = {served[14], served[15]};
  int beginnings = 0;
  bool reached = false;
  while (!reached && beginnings < 100) {
    Queue::Taken taken = begun.back();
    begun.pop_back();
    CHECK_FALSE(queue.may_go_on(taken));
    REQUIRE_FALSE(queue.push(taken.client, taken.item, true));
    queue.finish(taken);
    begun.push_back(*queue.pop());
    ++beginnings;
    reached = begun.back().client == "new";
  }
  CHECK(beginnings <= 26);
  for (Queue::Taken& taken : served) CHECK((!taken.is_long || queue.may_go_on(taken)));
}

TEST_CASE("an item goes on where nobody waits for its thread, and gives way when somebody does") {
  Queue queue(10, 3);
  REQUIRE_FALSE(queue.push("a", 1));
  REQUIRE_FALSE(queue.push("b", 2));
  Queue::Taken first = *queue.pop();
  Queue::Taken second = *queue.pop();
  CHECK(queue.may_go_on(first));
  CHECK(queue.may_go_on(second));
  CHECK_FALSE(second.is_long);
  REQUIRE_FALSE(queue.push("c", 3));
  CHECK(queue.may_go_on(first));
  CHECK_FALSE(queue.may_go_on(second));
  queue.close();
  CHECK(queue.may_go_on(second));
}

TEST_CASE("long items are served when one of them is done, in turn, between the others") {
  Queue queue(20, 3);
  REQUIRE_FALSE(queue.push("a", 1));
  Queue::Taken running = *queue.pop();
  REQUIRE(queue.may_go_on(running));
  for (const int i : {11, 12}) REQUIRE_FALSE(queue.push("b", i, true));
  REQUIRE_FALSE(queue.push("c", 21, true));
  REQUIRE_FALSE(queue.push("d", 31));
  const Queue::Taken other = *queue.pop();
  CHECK(other.item == 31);
  queue.finish(other);
  queue.finish(running);
  std::vector<int> order;
  for (int i = 0; i < 3; ++i) {
    const Queue::Taken taken = *queue.pop();
    CHECK(taken.is_long);
    order.push_back(taken.item);
    queue.finish(taken);
  }
  CHECK(order == std::vector<int>{11, 21, 12});
  CHECK(queue.size() == 0);
}

TEST_CASE("a client that has a long item in line is not new with its others") {
  Queue queue(20, 3);
  for (const int i : {1, 2}) REQUIRE_FALSE(queue.push("greedy", i));
  Queue::Taken first = *queue.pop();
  REQUIRE_FALSE(queue.push("greedy", first.item, true));
  queue.finish(first);
  REQUIRE_FALSE(queue.push("greedy", 3));
  REQUIRE_FALSE(queue.push("new", 11));
  const Queue::Taken again = *queue.pop();
  CHECK(again.item == 1);
  CHECK(queue.pop()->item == 11);
  queue.finish(again);
  for (const int i : {2, 3}) {
    const Queue::Taken taken = *queue.pop();
    CHECK(taken.item == i);
    CHECK(taken.is_long);
    queue.finish(taken);
  }
}

TEST_CASE("whatever threads there are, long items are served") {
  for (const size_t threads : {1, 2, 3}) {
    Queue queue(10, threads);
    REQUIRE_FALSE(queue.push("a", 1, true));
    Queue::Taken taken = *queue.pop();
    CHECK(taken.item == 1);
    CHECK(queue.may_go_on(taken));
    queue.finish(taken);
  }
}

TEST_CASE("in a full queue long items give way like others") {
  Queue queue(3, 4);
  for (const int i : {1, 2, 3}) REQUIRE_FALSE(queue.push("greedy", i, true));
  CHECK(queue.push("modest", 4) == 3);
  CHECK(queue.push("late", 5) == 2);
  CHECK(queue.size() == 3);
}
