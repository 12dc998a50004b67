#include "text/http_date.h"

#include "catch.h"

using namespace prodev::text;

TEST_CASE("dates are written in the one form of HTTP") {
  CHECK(format_http_date(784'111'777) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(format_http_date(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
  CHECK(format_http_date(1'709'164'800) == "Thu, 29 Feb 2024 00:00:00 GMT");
}

TEST_CASE("dates are read in all three forms of HTTP") {
  for (const char* text : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                           "Sun Nov  6 08:49:37 1994"}) {
    CAPTURE(text);
    CHECK(parse_http_date(text) == 784'111'777);
  }
}

TEST_CASE("what is written is read back") {
  for (int64_t time = 0; time < 4'000'000'000; time += 86'399'999) {
    REQUIRE(parse_http_date(format_http_date(time)) == time);
  }
}

TEST_CASE("what is no date is none") {
  for (const char* text :
       {"", "now", "0", "Sun, 06 Nov 1994", "Sun, 06 Xyz 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37", "1994-11-06T08:49:37Z", "Sun, 06 Nov 1994 25:00:00 GMT"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_http_date(text));
  }
}
