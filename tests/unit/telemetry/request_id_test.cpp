#include "telemetry/request_id.h"

#include <set>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "catch.h"

using namespace prodev::telemetry;

TEST_CASE("a request id is a UUID of version 7 that carries the time") {
  const int64_t before = prodev::base::wall_ms();
  const std::string id = make_request_id();
  const int64_t after = prodev::base::wall_ms();
  REQUIRE(id.size() == 36);
  CHECK(id[8] == '-');
  CHECK(id[13] == '-');
  CHECK(id[14] == '7');
  CHECK(std::string("89ab").find(id[19]) != std::string::npos);
  const int64_t ms = std::stoll(id.substr(0, 8) + id.substr(9, 4), nullptr, 16);
  CHECK(ms >= before);
  CHECK(ms <= after);
  CHECK(valid_request_id(id));
}

TEST_CASE("request ids of several threads never collide") {
  constexpr size_t kThreads = 4, kEach = 5'000;
  std::vector<std::vector<std::string>> made(kThreads);
  std::vector<std::thread> threads;
  for (auto& ids : made) {
    threads.emplace_back([&ids] {
      for (size_t i = 0; i < kEach; ++i) ids.push_back(make_request_id());
    });
  }
  for (auto& thread : threads) thread.join();
  std::set<std::string> all;
  for (const auto& ids : made) all.insert(ids.begin(), ids.end());
  CHECK(all.size() == kThreads * kEach);
}

TEST_CASE("an id from a client is taken when it is short and harmless") {
  CHECK(valid_request_id("a"));
  CHECK(valid_request_id("Root=1-67891233-abcdef012345678912345678"));
  CHECK(valid_request_id("a.b_c:d+e/f=g-h"));
  CHECK(valid_request_id(std::string(128, 'x')));
  CHECK_FALSE(valid_request_id(""));
  CHECK_FALSE(valid_request_id(std::string(129, 'x')));
  CHECK_FALSE(valid_request_id("two words"));
  CHECK_FALSE(valid_request_id("line\nbreak"));
  CHECK_FALSE(valid_request_id("quote\""));
  CHECK_FALSE(valid_request_id("caf\xC3\xA9"));
}
