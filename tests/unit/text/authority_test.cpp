#include "text/authority.h"

#include "catch.h"

using prodev::text::parse_authority;

TEST_CASE("an authority is a host, and perhaps a port") {
  CHECK(parse_authority("app.example")->host == "app.example");
  CHECK(parse_authority("app.example")->port.empty());
  CHECK(parse_authority("a:65535")->port == "65535");
  CHECK(parse_authority("a:")->host == "a");
  CHECK(parse_authority("[2001:db8::1]:8080")->host == "[2001:db8::1]");
  CHECK(parse_authority("[2001:db8::1]:8080")->port == "8080");
  CHECK(parse_authority("")->host.empty());
}

TEST_CASE("what could be read as another host or port is no authority") {
  for (const char* text :
       {"a:443:80", "a:65536", "a:000080", "a:8x", "a:-1", "me@a", "a b", "a/b", "[::1", "[]",
        "[::1]x", "[::1]:80:90", "::1", "[a%25]", "a]", "a\"", "[zz]", "a:80@b"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_authority(text));
  }
}
