#include "base/recall.h"

#include <string>
#include <thread>
#include <vector>

#include "base/keyed_hash.h"
#include "catch.h"

namespace prodev::base {

namespace {

uint64_t hash_of(int i) { return keyed_hash(std::to_string(i)); }

}  // namespace

TEST_CASE("what is known of a thing is found, changed and forgotten") {
  Recall recall(64);
  CHECK_FALSE(recall.find(hash_of(1)));
  recall.keep(hash_of(1), 0);
  CHECK(recall.find(hash_of(1)) == 0);
  recall.keep(hash_of(1), Recall::kMost);
  CHECK(recall.find(hash_of(1)) == Recall::kMost);
  recall.change(hash_of(1), 3, 4);
  CHECK(recall.find(hash_of(1)) == Recall::kMost);
  recall.change(hash_of(1), Recall::kMost, 4);
  CHECK(recall.find(hash_of(1)) == 4);
  CHECK_FALSE(recall.find(hash_of(2)));
  recall.forget(hash_of(2));
  CHECK(recall.find(hash_of(1)) == 4);
  recall.forget(hash_of(1));
  CHECK_FALSE(recall.find(hash_of(1)));
}

TEST_CASE("there is room for about as many things as there are places") {
  Recall recall(1'024);
  for (int i = 0; i < 512; ++i) recall.keep(hash_of(i), 1);
  int found = 0;
  for (int i = 0; i < 512; ++i) found += recall.find(hash_of(i)).has_value() ? 1 : 0;
  CHECK(found > 450);
}

TEST_CASE("what was asked for stays known, however many come once") {
  Recall recall(1'024);
  recall.keep(hash_of(-1), 7);
  REQUIRE(recall.find(hash_of(-1)) == 7);
  for (int i = 0; i < 100'000; ++i) recall.keep(hash_of(i), 1);
  CHECK(recall.find(hash_of(-1)) == 7);
}

TEST_CASE("what is asked for again and again is rarely forgotten for what is asked for twice") {
  Recall recall(1'024);
  int lost = 0;
  for (int i = 0; i < 100'000; ++i) {
    recall.keep(hash_of(i), 1);
    recall.find(hash_of(i));
    if (i % 50 != 0 || recall.find(hash_of(-1))) continue;
    ++lost;
    recall.keep(hash_of(-1), 7);
  }
  // Pushed out by whoever shares its place it would be some hundred times.
  CHECK(lost < 60);
}

TEST_CASE("what nobody asks for any more gives way to what somebody does") {
  Recall recall(64);
  for (int i = 0; i < 500; ++i) {
    recall.keep(hash_of(i), 1);
    recall.find(hash_of(i));
  }
  int kept = 0;
  for (int i = 1'000; i < 1'100; ++i) {
    for (int times = 0; times < 2; ++times) recall.keep(hash_of(i), 1);
    kept += recall.find(hash_of(i)).has_value() ? 1 : 0;
  }
  CHECK(kept == 100);
}

TEST_CASE("threads that remember and forget at once find nothing that was never kept") {
  Recall recall(64);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&recall, t] {
      for (int i = 0; i < 20'000; ++i) {
        const int key = (i * 7 + t) % 100;
        recall.keep(hash_of(key), static_cast<uint8_t>(key % 20));
        if (i % 5 == 0) recall.forget(hash_of((key + 1) % 100));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (int key = 0; key < 100; ++key) {
    const auto known = recall.find(hash_of(key));
    CHECK((!known || *known == key % 20));
  }
  for (int key = 100; key < 200; ++key) CHECK_FALSE(recall.find(hash_of(key)));
}

}  // namespace prodev::base
