#include "text/negotiation.h"

#include "catch.h"

using namespace prodev::text;

TEST_CASE("a coding has the quality given to its name, or else to the star") {
  CHECK(coding_quality("gzip, br", "br") == 1'000);
  CHECK(coding_quality("gzip;q=0.5, br;q=0.25", "br") == 250);
  CHECK(coding_quality("GZIP ; Q=0.5", "gzip") == 500);
  CHECK(coding_quality("gzip", "br") == 0);
  CHECK(coding_quality("*;q=0.3", "br") == 300);
  CHECK(coding_quality("br;q=0, *", "br") == 0);
  CHECK(coding_quality("", "gzip") == 0);
  CHECK(coding_quality("xbr, brx", "br") == 0);
}

TEST_CASE("no coding at all is acceptable unless it is refused") {
  CHECK(coding_quality("", "identity") > 0);
  CHECK(coding_quality("gzip", "identity") > 0);
  CHECK(coding_quality("identity;q=0", "identity") == 0);
  CHECK(coding_quality("gzip, *;q=0", "identity") == 0);
  CHECK(coding_quality("gzip;q=0.1", "gzip") > coding_quality("gzip;q=0.1", "identity"));
}

TEST_CASE("a malformed quality refuses") {
  for (const char* field : {"gzip;q=", "gzip;q=x", "gzip;q=-1", "gzip;q=0.x", "gzip;q=2"}) {
    CAPTURE(field);
    CHECK(coding_quality(field, "gzip") == 0);
  }
}

TEST_CASE("only a client that names a page asked for one") {
  CHECK(names_type("text/html,application/xhtml+xml,*/*;q=0.8", "text/html"));
  CHECK_FALSE(names_type("*/*", "text/html"));
  CHECK_FALSE(names_type("", "text/html"));
}
