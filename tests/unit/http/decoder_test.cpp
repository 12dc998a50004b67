#include "http/decoder.h"

#include "catch.h"
#include "http/encoder.h"

namespace prodev::http {
namespace {

std::string gzip(std::string_view text) {
  std::string out;
  Encoder encoder(Coding::kGzip);
  encoder.append(text, out);
  encoder.finish(out);
  return out;
}

base::Code code_of(std::string_view bytes, uint64_t most) {
  const base::Result<std::string> text = gunzip(bytes, most);
  REQUIRE_FALSE(text);
  return text.error().code;
}

}  // namespace

TEST_CASE("gunzip undoes gzip, of one member and of several") {
  const std::string text(300'000, 'x');
  CHECK(*gunzip(gzip(text), text.size()) == text);
  CHECK(*gunzip(gzip("a") + gzip("") + gzip("b"), 2) == "ab");
  CHECK(*gunzip(gzip(""), 0) == "");
}

TEST_CASE("gunzip gives up a text beyond its limit before it has it all") {
  const std::string bomb = gzip(std::string(50'000'000, ' '));
  CHECK(code_of(bomb, 1'000) == base::Code::kTooLarge);
  CHECK(code_of(gzip("ab"), 1) == base::Code::kTooLarge);
}

TEST_CASE("gunzip refuses what is not gzip, cut short or followed by something else") {
  const std::string whole = gzip("text");
  for (size_t bytes = 0; bytes < whole.size(); ++bytes)
    CHECK(code_of(whole.substr(0, bytes), 100) == base::Code::kBadInput);
  CHECK(code_of("{\"a\":1}", 100) == base::Code::kBadInput);
  CHECK(code_of(whole + "more", 100) == base::Code::kBadInput);
}

TEST_CASE("codings are known by their names, in any case") {
  CHECK(is_gzip("GZIP"));
  CHECK(is_gzip("x-gzip"));
  CHECK_FALSE(is_gzip("br"));
  CHECK(is_plain(""));
  CHECK(is_plain("Identity"));
  CHECK_FALSE(is_plain("gzip, identity"));
}

}  // namespace prodev::http
