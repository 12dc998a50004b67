#include "query/pattern_cost.h"

#include <string>

#include "catch.h"
#include "rest/query_parameters.h"

namespace prodev::query {
namespace {

bool expensive(std::vector<rest::Parameter> parameters) {
  parameters.push_back({"select", "id,a:parent(id)"});
  rest::QueryParameters parsed;
  REQUIRE(rest::parse_query_parameters(std::move(parameters), parsed));
  return has_expensive_patterns(parsed.read);
}

}  // namespace

TEST_CASE("short expressions of ASCII are for a loop, classes of Unicode and repetitions are not") {
  CHECK_FALSE(expensive({}));
  CHECK_FALSE(expensive({{"body", "match.^[a-f]+(one|two)$"}}));
  CHECK_FALSE(expensive({{"body", "imatch.^v1\\.2\\*(a|[b-d]x?)*$"}}));
  CHECK_FALSE(expensive({{"body", "like.\\pL{9}*"}}));
  for (const char* pattern :
       {"\\W", "\\S", "\\D", "\\b", "a.b", "[^a]", "\xc3\xa4", "(?s)a", "a\\"})
    CHECK(expensive({{"body", std::string("match.") + pattern}}));
  CHECK(expensive({{"body", "match.(\\pL|\\pN|\\pS){9}"}}));
  CHECK(expensive({{"body", "imatch.[\\pL&&x]"}}));
  CHECK(expensive({{"body", "match.[[:alpha:]]"}}));
  CHECK(expensive({{"body", "match.a.{100}"}}));
}

TEST_CASE("wherever they stand, and all together") {
  CHECK(expensive({{"a.body", "imatch.\\PL"}}));
  CHECK(expensive({{"or", "(id.eq.1,not.and(id.eq.2,body.match.\\pL))"}}));
  CHECK(expensive({{"body", "match(any).{a,\\\\pL}"}}));
  CHECK(expensive({{"body", "match." + std::string(300, 'a')}}));
  std::vector<rest::Parameter> many;
  for (int i = 0; i < 30; ++i) many.push_back({"body", "match.one|two|three"});
  CHECK(expensive(many));
}

}  // namespace prodev::query
