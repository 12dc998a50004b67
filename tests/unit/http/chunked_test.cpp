#include "http/chunked.h"

#include <string>

#include "catch.h"

using prodev::http::ChunkedDecoder;
using Progress = ChunkedDecoder::Progress;

namespace {

// Feeds `input`; returns how it ended, the body, and what was left.
struct Outcome {
  Progress progress = Progress::kIncomplete;
  std::string body;
  std::string_view left;
};

Outcome decode(std::string_view input) {
  ChunkedDecoder decoder;
  Outcome outcome;
  std::string_view data;
  while ((outcome.progress = decoder.next(input, data)) == Progress::kData) outcome.body += data;
  outcome.left = input;
  return outcome;
}

}  // namespace

TEST_CASE("chunks are joined and what follows the body is left") {
  const Outcome outcome = decode("5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nTrailer: t\r\n\r\nGET");
  CHECK(outcome.progress == Progress::kDone);
  CHECK(outcome.body == "hello world");
  CHECK(outcome.left == "GET");
}

TEST_CASE("a chunk that would bring the body over its limit is refused by its size alone") {
  for (const std::string_view input : {"b\r\n", "5\r\nhello\r\n6", "1000000000000000", "00000b"}) {
    ChunkedDecoder decoder;
    decoder.set_limit(10);
    std::string_view left = input, data;
    Progress progress = Progress::kData;
    while (progress == Progress::kData) progress = decoder.next(left, data);
    CHECK(progress == Progress::kTooLarge);
  }
}

TEST_CASE("chunks may fill the limit") {
  ChunkedDecoder decoder;
  decoder.set_limit(10);
  std::string_view left = "5\r\nhello\r\n5\r\nworld\r\n0\r\n\r\n", data;
  Progress progress = Progress::kData;
  while (progress == Progress::kData) progress = decoder.next(left, data);
  CHECK(progress == Progress::kDone);
}

TEST_CASE("data is given out as it comes, before its chunk is whole") {
  const Outcome outcome = decode("ff\r\nhel");
  CHECK(outcome.progress == Progress::kIncomplete);
  CHECK(outcome.body == "hel");
}

TEST_CASE("a malformed chunk stops the decoder with a reason") {
  for (const char* input : {"x\r\n", "5\nhello", "5\r\nhelloo", "5\r\nhello\n", " 5\r\n", "5 \r\n",
                            "0\r\n\n", "0\r\nA: b\n", "1111111111111111\r\n", "-1\r\n", "\r\n"}) {
    ChunkedDecoder decoder;
    std::string_view left = input;
    std::string_view data;
    Progress progress = decoder.next(left, data);
    while (progress == Progress::kData) progress = decoder.next(left, data);
    CAPTURE(input);
    CHECK(progress == Progress::kMalformed);
    CHECK(std::string(decoder.error()) != "");
  }
}

TEST_CASE("extensions and trailers are bounded together") {
  CHECK(decode("1;" + std::string(16'000, 'a') + "\r\nx\r\n0\r\n\r\n").progress == Progress::kDone);
  CHECK(decode("1;" + std::string(17'000, 'a') + "\r\nx\r\n0\r\n\r\n").progress ==
        Progress::kMalformed);
  CHECK(decode("1;" + std::string(9'000, 'a') + "\r\nx\r\n0\r\nT: " + std::string(9'000, 'a') +
               "\r\n\r\n")
            .progress == Progress::kMalformed);
}
