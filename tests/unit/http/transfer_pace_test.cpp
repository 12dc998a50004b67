#include "http/transfer_pace.h"

#include "catch.h"

using prodev::http::TransferPace;

TEST_CASE("a transfer is judged span by span, not by what it was at first") {
  TransferPace pace;
  pace.start(1'000, 0);
  CHECK(pace.ends_ms(500) == 1'500);
  CHECK(pace.keeps_up(1'400, 500, 0, 1'000));  // the span is not over
  CHECK(pace.keeps_up(1'500, 500, 100'000, 1'000));
  CHECK(pace.ends_ms(500) == 2'000);
  CHECK(pace.keeps_up(2'000, 500, 100'500, 1'000));
  CHECK_FALSE(pace.keeps_up(2'500, 500, 100'999, 1'000));
}

TEST_CASE("a transfer that stands still is too slow for every rate") {
  TransferPace pace;
  pace.start(0, 7);
  CHECK_FALSE(pace.keeps_up(500, 500, 7, 0));
  CHECK(pace.keeps_up(500, 500, 8, 0));
}
