#include "http/byte_ranges.h"

#include "catch.h"

using namespace prodev::http;
using Verdict = ByteRanges::Verdict;

namespace {

// "first+size first+size", or why not.
std::string read(std::string_view value, uint64_t size = 1'000) {
  const ByteRanges parsed = parse_ranges(value, size);
  if (parsed.verdict == Verdict::kIgnore) return "ignored";
  if (parsed.verdict == Verdict::kUnsatisfiable) return "unsatisfiable";
  std::string text;
  for (const ByteRange& range : parsed.ranges) {
    if (!text.empty()) text += ' ';
    text += std::to_string(range.first) + "+" + std::to_string(range.size);
  }
  return text;
}

}  // namespace

TEST_CASE("ranges are read as first byte and size") {
  CHECK(read("bytes=0-0") == "0+1");
  CHECK(read("bytes=0-499") == "0+500");
  CHECK(read("bytes=500-") == "500+500");
  CHECK(read("bytes=-1") == "999+1");
  CHECK(read("bytes=-5000") == "0+1000");
  CHECK(read("bytes=900-99999999") == "900+100");
  CHECK(read("bytes=0-1, 5-6,-1") == "0+2 5+2 999+1");
}

TEST_CASE("ranges beyond the end cannot be satisfied, and are left out beside those that can") {
  CHECK(read("bytes=1000-") == "unsatisfiable");
  CHECK(read("bytes=-0") == "unsatisfiable");
  CHECK(read("bytes=0-", 0) == "unsatisfiable");
  CHECK(read("bytes=99999999999999999999999-") == "unsatisfiable");
  CHECK(read("bytes=0-1,1000-") == "0+2");
}

TEST_CASE("what is malformed, of another unit, or too much is ignored") {
  for (const char* value : {"", "bytes", "bytes=", "bytes=a-b", "bytes=5-4", "bytes=--1",
                            "lines=0-1", "bytes=0x0-1", "bytes=0-,0-",
                            "bytes=0-0,1-1,2-2,3-3,4-4,5-5,6-6,7-7,8-8,9-9,10-10,11-11,12-12,13-13,"
                            "14-14,15-15,16-16"}) {
    CAPTURE(value);
    CHECK(read(value) == "ignored");
  }
}
