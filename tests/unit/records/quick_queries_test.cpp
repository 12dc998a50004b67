#include "records/quick_queries.h"

#include <string>

#include "catch.h"

namespace prodev::records {

TEST_CASE("a query is quick once it was found to be, until it is not") {
  QuickQueries quick;
  CHECK_FALSE(quick.contains("SELECT 1"));
  quick.add("SELECT 1");
  CHECK(quick.contains("SELECT 1"));
  CHECK_FALSE(quick.contains("SELECT 2"));
  quick.remove("SELECT 2");
  CHECK(quick.contains("SELECT 1"));
  quick.remove("SELECT 1");
  CHECK_FALSE(quick.contains("SELECT 1"));
}

TEST_CASE("a query that is suspected to be slow is quick until it is found not to be") {
  QuickQueries quick;
  quick.suspect("SELECT 1");
  CHECK_FALSE(quick.contains("SELECT 1"));
  quick.add("SELECT 1");
  CHECK(quick.find("SELECT 1") == QuickQueries::Known::kQuick);
  quick.suspect("SELECT 1");
  CHECK(quick.find("SELECT 1") == QuickQueries::Known::kSuspected);
  CHECK(quick.contains("SELECT 1"));
  quick.add("SELECT 1");
  CHECK(quick.find("SELECT 1") == QuickQueries::Known::kQuick);
  quick.suspect("SELECT 1");
  quick.remove("SELECT 1");
  CHECK_FALSE(quick.contains("SELECT 1"));
}

TEST_CASE("however many queries there are, one is only taken for quick when it was found to be") {
  QuickQueries quick;
  for (int i = 0; i < 20'000; ++i) quick.add("SELECT " + std::to_string(i));
  CHECK(quick.contains("SELECT 19999"));
  CHECK_FALSE(quick.contains("SELECT 20000"));
}

TEST_CASE("a query that is asked for stays quick, however many strange ones a client sends") {
  QuickQueries quick;
  quick.add("SELECT 1");
  REQUIRE(quick.contains("SELECT 1"));
  for (int i = 0; i < 50'000; ++i) quick.add("SELECT 'strange' AS a" + std::to_string(i));
  CHECK(quick.contains("SELECT 1"));
}

}  // namespace prodev::records
