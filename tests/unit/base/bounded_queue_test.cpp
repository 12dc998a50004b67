#include "base/bounded_queue.h"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "catch.h"

using prodev::base::BoundedQueue;

TEST_CASE("a full queue leaves the item with its owner") {
  BoundedQueue<std::unique_ptr<int>> queue(1);
  REQUIRE(queue.try_push(std::make_unique<int>(1)));
  auto second = std::make_unique<int>(2);
  CHECK_FALSE(queue.try_push(std::move(second)));
  REQUIRE(second);
  CHECK(**queue.pop() == 1);
  CHECK(queue.try_push(std::move(second)));
}

TEST_CASE("a closed queue is emptied and then says so") {
  BoundedQueue<int> queue(10);
  REQUIRE(queue.try_push(1));
  queue.close();
  CHECK_FALSE(queue.try_push(2));
  CHECK(queue.pop() == 1);
  CHECK_FALSE(queue.pop());
}

TEST_CASE("every item of many threads arrives once") {
  BoundedQueue<int> queue(16);
  std::atomic<long> sum{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&] {
      while (const auto item = queue.pop()) sum += *item;
    });
  }
  for (int i = 1; i <= 10'000; ++i) {
    while (!queue.try_push(int{i})) std::this_thread::yield();
  }
  queue.close();
  for (std::thread& thread : threads) thread.join();
  CHECK(sum == 50'005'000);
}
