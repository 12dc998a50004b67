#include "records/slow_queries.h"

#include "catch.h"

namespace prodev::records {

TEST_CASE("a query is slow from the second time on, and for a while") {
  SlowQueries slow;
  constexpr int64_t kSecond_ns = 1'000'000'000;
  CHECK_FALSE(slow.contains("SELECT 1", 0));
  slow.add("SELECT 1", kSecond_ns);
  CHECK_FALSE(slow.contains("SELECT 1", 2 * kSecond_ns));
  slow.add("SELECT 1", 2 * kSecond_ns);
  CHECK(slow.contains("SELECT 1", 3 * kSecond_ns));
  CHECK_FALSE(slow.contains("SELECT 2", 3 * kSecond_ns));
  CHECK_FALSE(slow.contains("SELECT 1", 60 * kSecond_ns));
  slow.add("SELECT 1", 60 * kSecond_ns);
  CHECK_FALSE(slow.contains("SELECT 1", 61 * kSecond_ns));
}

}  // namespace prodev::records
