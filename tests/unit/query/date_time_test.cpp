#include "query/date_time.h"

#include "catch.h"

namespace prodev::query {

TEST_CASE("dates are days that exist") {
  for (const char* text : {"2026-11-24", "2024-02-29", "2000-02-29", "0001-01-01"}) {
    CAPTURE(text);
    CHECK(is_date(text));
  }
  for (const char* text : {"", "2026-11", "2026-13-01", "2026-00-01", "2026-04-31", "2023-02-29",
                           "1900-02-29", "26-01-01", "2026-1-1", "2026-01-01 ", "2026/01/01"}) {
    CAPTURE(text);
    CHECK_FALSE(is_date(text));
  }
}

TEST_CASE("timestamps are ISO 8601 with or without time, fraction and zone") {
  for (const char* text :
       {"2026-11-24", "2026-11-24T15:04", "2026-11-24 15:04:05", "2026-11-24T15:04:05.678Z",
        "2026-11-24T15:04:05+02:00", "2026-11-24T15:04:05-0330", "2026-11-24T15:04+01"}) {
    CAPTURE(text);
    CHECK(is_timestamp(text));
  }
  for (const char* text : {"2026-11-24T24:00", "2026-11-24T15:60", "2026-11-24T15:04:05.",
                           "2026-11-24T15", "2026-11-24T15:04:05+25", "2026-11-24X15:04", "now"}) {
    CAPTURE(text);
    CHECK_FALSE(is_timestamp(text));
  }
}

TEST_CASE("UUIDs have one spelling, however they are written") {
  const std::string key = "01a20e49-f1fd-7bf1-86f4-b16ea66b2bf1";
  for (const char* text :
       {"01a20e49-f1fd-7bf1-86f4-b16ea66b2bf1", "01A20E49-F1FD-7BF1-86F4-B16EA66B2BF1",
        "{01a20e49-f1fd-7bf1-86f4-b16ea66b2bf1}", "01a20e49f1fd7bf186f4b16ea66b2bf1",
        "01a2-0e49-f1fd-7bf1-86f4-b16e-a66b-2bf1"}) {
    CAPTURE(text);
    CHECK(uuid_key(text) == key);
  }
  for (const char* text :
       {"", "01a20e49-f1fd-7bf1-86f4-b16ea66b2bfg", "01a20e49-f1fd-7bf1-86f4-b16ea66b2bf",
        "01a20e49-f1fd-7bf1-86f4-b16ea66b2bf1-", "01a20e49--f1fd-7bf1-86f4-b16ea66b2bf1",
        "01a-20e49-f1fd-7bf1-86f4-b16ea66b2bf1", "01a20e49-f1fd-7bf1-86f4-b16ea66b2bf12", "{}"}) {
    CAPTURE(text);
    CHECK_FALSE(uuid_key(text));
  }
}

TEST_CASE("times have one spelling, whose texts compare as the times do") {
  CHECK(time_key("2026-11-28") == "2026-11-28T00:00:00.000000");
  CHECK(time_key("2026-11-28 08:00") == "2026-11-28T08:00:00.000000");
  CHECK(time_key("2026-11-28T09:30:01.25+01:30") == "2026-11-28T08:00:01.250000");
  CHECK(time_key("2026-12-31T23:30:00-0100") == "2027-01-01T00:30:00.000000");
  CHECK(time_key("2024-03-01T00:30:00.1234567+01") == "2024-02-29T23:30:00.123456");
  CHECK(time_key("15:04") == "15:04:00.000000");
  CHECK(time_key("15:04:05.6") == "15:04:05.600000");
  for (const char* text : {"", "now", "2026-11-31", "2026-11-28T25:00", "1700000000", "15"}) {
    CAPTURE(text);
    CHECK_FALSE(time_key(text));
  }
}

// Every spelling of many times: zones, blank or T, with and without seconds and fractions.
TEST_CASE("what is looked for in an index holds every spelling of a time") {
  const std::string day = "2026-03-01";
  for (const char* clock : {"00:00", "00:00:00", "00:14:59.999", "09:00", "14:59:30", "23:59:59"}) {
    for (const char* zone : {"", "Z", "+00:00", "+14:59", "-14:59", "+01", "-0930"}) {
      for (const char* between : {"T", " "}) {
        const std::string text = day + between + clock + zone;
        CAPTURE(text);
        const std::optional<std::string> key = time_key(text);
        REQUIRE(key);
        const TextRange range = spellings_of(*key);
        CHECK(range.least <= text);
        CHECK(text < range.below);
      }
    }
  }
  const TextRange midnight = spellings_of(*time_key(day));
  CHECK(midnight.least <= day);
  CHECK(day < midnight.below);
  const TextRange clock = spellings_of(*time_key("15:04:05"));
  CHECK(clock.least <= "15:04:05.000");
  CHECK(std::string("15:04:05.000") < clock.below);
  CHECK(spellings_of(*time_key("0000-01-01")).least <= "0000-01-01");
  CHECK(std::string("9999-12-31T23:59:59Z") < spellings_of(*time_key("9999-12-31T23:59")).below);
}

}  // namespace prodev::query
