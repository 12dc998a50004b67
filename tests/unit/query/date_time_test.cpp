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

TEST_CASE("UUIDs are 8-4-4-4-12 hex digits") {
  CHECK(is_uuid("01a20e49-f1fd-7bf1-86f4-b16ea66b2bf1"));
  CHECK(is_uuid("01A20E49-F1FD-7BF1-86F4-B16EA66B2BF1"));
  CHECK_FALSE(is_uuid("01a20e49f1fd7bf186f4b16ea66b2bf1"));
  CHECK_FALSE(is_uuid("01a20e49-f1fd-7bf1-86f4-b16ea66b2bfg"));
  CHECK_FALSE(is_uuid(""));
}

}  // namespace prodev::query
