#include "http/write_queue.h"

#include <thread>

#include "catch.h"

using prodev::http::WriteQueue;
using Numbers = std::vector<int>;

TEST_CASE("short writes are taken together, in order") {
  WriteQueue<int> queue(10);
  for (int i = 1; i <= 3; ++i) CHECK(queue.try_push(std::move(i), false));
  CHECK(queue.pop_batch(2) == Numbers{1, 2});
  CHECK(queue.pop_batch(2) == Numbers{3});
}

TEST_CASE("long writes are taken one by one, and short ones in between") {
  WriteQueue<int> queue(10);
  CHECK(queue.try_push(101, true));
  CHECK(queue.try_push(102, true));
  CHECK(queue.try_push(103, true));
  CHECK(queue.try_push(1, false));
  CHECK(queue.try_push(2, false));
  CHECK(queue.pop_batch(9) == Numbers{101});
  CHECK(queue.pop_batch(9) == Numbers{1, 2});
  CHECK(queue.pop_batch(9) == Numbers{102});
  CHECK(queue.try_push(3, false));
  CHECK(queue.pop_batch(9) == Numbers{3});
  CHECK(queue.pop_batch(9) == Numbers{103});
}

TEST_CASE("a queue of writes is bounded as a whole, and gives out what it has when it is closed") {
  WriteQueue<int> queue(2);
  CHECK(queue.try_push(1, true));
  CHECK(queue.try_push(2, false));
  CHECK_FALSE(queue.try_push(3, false));
  CHECK(queue.size() == 2);
  std::thread closer([&] { queue.close(); });
  closer.join();
  CHECK_FALSE(queue.try_push(4, false));
  CHECK(queue.pop_batch(9).size() + queue.pop_batch(9).size() == 2);
  CHECK(queue.pop_batch(9).empty());
}
