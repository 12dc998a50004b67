#include "text/utf8.h"

#include "catch.h"

namespace prodev::text {
namespace {

std::string mended(std::string_view text) {
  std::string room = "of another text";
  return std::string(well_formed(text, room));
}

}  // namespace

TEST_CASE("text that is well-formed is given back as it is") {
  std::string room;
  for (const std::string_view text : {"", "plain", "é", "\xe2\x82\xac", "\xf0\x9f\x98\x80 x"}) {
    CHECK(is_utf8(text));
    CHECK(well_formed(text, room).data() == text.data());
  }
}

TEST_CASE("a byte that belongs to no character becomes U+FFFD") {
  CHECK_FALSE(is_utf8("a\xff"));
  CHECK(mended("a\xff") == "a\xEF\xBF\xBD");
  CHECK(mended("\xff\xfe") == "\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(mended("\xc3") == "\xEF\xBF\xBD");                    // cut short
  CHECK(mended("\xc0\xaf.") == "\xEF\xBF\xBD\xEF\xBF\xBD.");  // overlong
  CHECK(mended("\xc3\xa9\xff\xc3\xa9") == "\xc3\xa9\xEF\xBF\xBD\xc3\xa9");
}

}  // namespace prodev::text
