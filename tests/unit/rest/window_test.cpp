#include "rest/window.h"

#include "catch.h"

namespace prodev::rest {
namespace {

// "offset+limit", or the code of the error.
std::string ranged(std::string_view range, uint64_t offset = 0,
                   std::optional<uint64_t> limit = std::nullopt) {
  query::Read read;
  read.offset = offset;
  read.limit = limit;
  const query::Outcome<void> applied = apply_range(range, read);
  if (!applied) return applied.error().code;
  return std::to_string(read.offset) + "+" + (read.limit ? std::to_string(*read.limit) : "all");
}

}  // namespace

TEST_CASE("a range is what it has in common with limit and offset") {
  CHECK(ranged("0-24") == "0+25");
  CHECK(ranged("25-") == "25+all");
  CHECK(ranged("5-14", 2, 10) == "5+7");
  CHECK(ranged("0-3", 2) == "2+2");
  CHECK(ranged("5-", 0, 8) == "5+3");
  CHECK(ranged("0-9", 0, 0) == "0+0");
  CHECK(ranged("0-9223372036854775807", 1) == "1+all");
  CHECK(ranged("9-5") == "PGRST103");
  CHECK(ranged("8-9", 0, 8) == "PGRST103");
}

TEST_CASE("other forms of ranges are passed over") {
  for (const char* range : {"", "-5", "bytes=0-4", "5", "a-b", "1-2,4-5", "1-99999999999999999999"})
    CHECK(ranged(range, 3, 4) == "3+4");
}

TEST_CASE("bounds are whole numbers") {
  CHECK(*parse_bound("limit", "7") == 7);
  CHECK(parse_bound("limit", "-7").error().code == "PGRST103");
  CHECK(*parse_bound("offset", "-7") == 0);
  for (const char* text : {"", "x", "1.5", "99999999999999999999", "-x", "7 "})
    CHECK(parse_bound("limit", text).error().code == "PGRST100");
}

TEST_CASE("no read is longer than max_rows") {
  query::Read read;
  cap_rows(read, 0);
  CHECK_FALSE(read.limit);
  cap_rows(read, 10);
  CHECK(read.limit == 10U);
  read.limit = 3;
  cap_rows(read, 10);
  CHECK(read.limit == 3U);
}

}  // namespace prodev::rest
