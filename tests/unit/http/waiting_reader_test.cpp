#include "http/waiting_reader.h"

#include "base/clock.h"
#include "catch.h"

using namespace prodev;

namespace {
constexpr int64_t kSecond_ns = 1'000'000'000;
}

TEST_CASE("a reader is as slow as what it took of this response, not of those before") {
  const auto loop = net::Loop::make();
  REQUIRE(loop);
  const int64_t now_ns = base::monotonic_ns();
  http::WaitingReader reader(**loop, nullptr, 50'000'000), quicker(**loop, nullptr, 0);
  quicker.note(1'000'000);
  CHECK(reader.pace(now_ns + 10 * kSecond_ns) < quicker.pace(now_ns + 10 * kSecond_ns));
  reader.note(52'000'000);
  CHECK(reader.pace(now_ns + 10 * kSecond_ns) > quicker.pace(now_ns + 10 * kSecond_ns));
}

TEST_CASE("a reader that has just begun is quicker than one that has taken little for long") {
  const auto loop = net::Loop::make();
  REQUIRE(loop);
  const int64_t now_ns = base::monotonic_ns();
  const http::WaitingReader begun(**loop, nullptr, 0);
  http::WaitingReader trickle(**loop, nullptr, 0);
  trickle.note(4'096 * 30);
  CHECK(begun.pace(now_ns + kSecond_ns / 10) > trickle.pace(now_ns + 30 * kSecond_ns));
}
