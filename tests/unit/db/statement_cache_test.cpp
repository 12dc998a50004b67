#include "db/statement_cache.h"

#include <string>

#include "catch.h"
#include "memory_database.h"

namespace prodev::db {
namespace {

// Of about `terms` times 100 bytes.
std::string sum_of(size_t terms, size_t number) {
  std::string sql = "SELECT " + std::to_string(number);
  for (size_t i = 0; i < terms; ++i) sql += " + abs(?" + std::to_string(i % 9 + 1) + ")";
  return sql;
}

}  // namespace

TEST_CASE("a cache keeps the statements that were used last, as many as have room together") {
  Connection connection = test::open_memory();
  StatementCache cache(connection, 100'000);
  const std::string first = sum_of(1, 0);
  const auto kept = cache.get(first);
  REQUIRE(kept);
  for (size_t i = 1; i < 1'000; ++i) {
    REQUIRE(cache.get(sum_of(200, i)));
    REQUIRE(cache.get(first));
    cache.trim();
    REQUIRE(cache.bytes() <= StatementCache::kMostBytes);
  }
  CHECK(cache.size() > 20);
  CHECK(cache.size() < 999);
  CHECK(*cache.get(first) == *kept);
  cache.clear();
  CHECK(cache.bytes() == 0);
}

TEST_CASE("a statement that is too large stays for its request, and is not kept") {
  Connection connection = test::open_memory();
  StatementCache cache(connection, 100);
  REQUIRE(cache.get("SELECT 1"));
  const auto large = cache.get(sum_of(900, 0) + "," + sum_of(900, 1).substr(7) +
                               std::string(StatementCache::kMostBytesOfOne, ' '));
  REQUIRE(large);
  const auto other = cache.get("SELECT 2");
  REQUIRE(other);
  CHECK((*large)->step().has_value());
  (*large)->reset();
  cache.trim();
  CHECK(cache.size() == 2);
  CHECK(cache.bytes() < StatementCache::kMostBytesOfOne);
}

}  // namespace prodev::db
