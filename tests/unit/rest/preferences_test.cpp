#include "rest/preferences.h"

#include "catch.h"

namespace prodev::rest {
namespace {

using http::Method;

std::string applied(std::string_view list, Method method) {
  const query::Outcome<Preferences> preferences = parse_preferences(list);
  return preferences ? preferences->applied(method) : preferences.error().details;
}

}  // namespace

TEST_CASE("Preferences tells those that have a meaning for the method, in PostgREST's order") {
  const std::string_view all =
      "max-affected=10, timezone=UTC, handling=strict, tx=rollback, count=exact, "
      "return=representation, missing=default, resolution=merge-duplicates";
  CHECK(applied(all, Method::kGet) == "count=exact, tx=rollback, handling=strict, timezone=UTC");
  CHECK(applied(all, Method::kPost) ==
        "resolution=merge-duplicates, missing=default, return=representation, count=exact, "
        "tx=rollback, handling=strict, timezone=UTC");
  CHECK(applied(all, Method::kPatch) ==
        "missing=default, return=representation, count=exact, tx=rollback, handling=strict, "
        "timezone=UTC, max-affected=10");
  CHECK(applied(all, Method::kPut) ==
        "return=representation, count=exact, tx=rollback, handling=strict, timezone=UTC");
  CHECK(applied("", Method::kPost).empty());
}

TEST_CASE("the first of two preferences counts, and white space does not") {
  CHECK(applied("tx=commit,tx=rollback", Method::kGet) == "tx=commit");
  CHECK(applied(" count=planned ,,\tcount=exact", Method::kGet) == "count=planned");
}

TEST_CASE("what is unknown is passed over, or refused with handling=strict") {
  CHECK(applied("foo, count=exact, timezone=Europe/Rome", Method::kGet) == "count=exact");
  CHECK(applied("handling=lenient, foo", Method::kGet) == "handling=lenient");
  CHECK(applied("foo, handling=strict, count=some, bar", Method::kGet) ==
        "Invalid preferences: foo, count=some, bar");
  CHECK(applied("handling=strict, timezone=Europe/Rome", Method::kGet) ==
        "Invalid preferences: timezone=Europe/Rome");
  CHECK(parse_preferences("handling=strict, foo").error().code == "PGRST122");
}

TEST_CASE("a limit of affected rows is in force with handling=strict only") {
  CHECK_FALSE(parse_preferences("max-affected=3")->affected_limit());
  CHECK(parse_preferences("max-affected=3, handling=strict")->affected_limit() == 3U);
  CHECK_FALSE(parse_preferences("max-affected=-3, handling=strict")->affected_limit());
  CHECK_FALSE(parse_preferences("max-affected=3x, handling=strict")->affected_limit());
}

}  // namespace prodev::rest
