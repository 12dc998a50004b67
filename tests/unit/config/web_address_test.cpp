#include "config/web_address.h"

#include "catch.h"
#include "has.h"

using namespace prodev::config;
using prodev::test::has;

namespace {
std::string error_of(std::string_view origin) {
  const auto parsed = parse_origin(origin);
  return parsed ? "no error" : parsed.error().message;
}
}  // namespace

TEST_CASE("origins are kept as browsers send them") {
  CHECK(*parse_origin("*") == "*");
  CHECK(*parse_origin("https://app.example") == "https://app.example");
  CHECK(*parse_origin("https://app.example:443") == "https://app.example");
  CHECK(*parse_origin("http://app.example:80") == "http://app.example");
  CHECK(*parse_origin("http://app.example:443") == "http://app.example:443");
  CHECK(*parse_origin("http://app.example:08080") == "http://app.example:8080");
  CHECK(*parse_origin("http://[::1]:3000") == "http://[::1]:3000");
  CHECK(*parse_origin("http://localhost:*") == "http://localhost:*");
  CHECK(*parse_origin("capacitor://localhost") == "capacitor://localhost");
}

TEST_CASE("an origin that no browser sends is refused with the one to write") {
  CHECK(has(error_of("https://App.example"), "write https://app.example"));
  CHECK(has(error_of("https://app.example/"), "write https://app.example"));
  CHECK(has(error_of("https://app.example/path"), "write https://app.example"));
  CHECK(has(error_of("app.example"), "no scheme"));
  CHECK(has(error_of("https://*.example"), "list each one"));
  CHECK(has(error_of("https://app.example:0443:443"), "needs a host"));
  CHECK(has(error_of("https://app.example:99999"), "from 1 to 65535"));
  CHECK(has(error_of("http://app.example:80:*"), "two ports"));
  CHECK(has(error_of("https://me@app.example"), "needs a host"));
  CHECK(has(error_of("https://"), "needs a host"));
  CHECK(has(error_of("://app.example"), "scheme"));
  CHECK(has(error_of("null"), "hides its origin"));
}

TEST_CASE("the address of a site may have a path, and is kept without its last slash") {
  CHECK(*parse_site_address("https://app.example") == "https://app.example");
  CHECK(*parse_site_address("HTTPS://App.example:443/API/") == "https://app.example/API");
  CHECK(*parse_site_address("http://[::1]:8000/a/b") == "http://[::1]:8000/a/b");
  for (const char* text : {"app.example", "ftp://app.example", "https://", "https://a?x",
                           "https://a/#b", "https://a b", "https://a/\"", "https://me@a"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_site_address(text));
  }
}
