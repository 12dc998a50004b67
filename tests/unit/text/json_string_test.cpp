#include "text/json_string.h"

#include "catch.h"
#include "text/utf8.h"

using prodev::text::append_json_string;
using prodev::text::utf8_character_length;

namespace {

std::string json(std::string_view text) {
  std::string out = "=";
  append_json_string(out, text);
  return out;
}

}  // namespace

TEST_CASE("plain text is put between quotes after what is there") {
  CHECK(json("") == "=\"\"");
  CHECK(json("shop & chat") == "=\"shop & chat\"");
}

TEST_CASE("quotes, backslashes and control characters are escaped in JSON") {
  CHECK(json("a\"b\\c") == "=\"a\\\"b\\\\c\"");
  CHECK(json("\n\r\t\x01\x1f") == "=\"\\n\\r\\t\\u0001\\u001f\"");
  CHECK(json(std::string_view("\0x", 2)) == "=\"\\u0000x\"");
}

TEST_CASE("DEL is escaped too, as terminals act on it") { CHECK(json("\x7f") == "=\"\\u007f\""); }

TEST_CASE("well-formed UTF-8 passes unchanged") { CHECK(json("Käse €5 😀") == "=\"Käse €5 😀\""); }

TEST_CASE("each byte that is not UTF-8 becomes one replacement character") {
  CHECK(json("a\xFFz") == "=\"a\xEF\xBF\xBDz\"");
  CHECK(json("\xC0\x80") == "=\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
  CHECK(json("\xE2\x82") == "=\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST_CASE("every byte is told apart wherever it stands") {
  for (int value = 0; value < 256; ++value) {
    const char byte = static_cast<char>(value);
    const std::string alone = json(std::string_view(&byte, 1));
    const std::string escaped = alone.substr(2, alone.size() - 3);
    for (size_t before = 0; before < 18; ++before) {
      for (const char filler : {'a', '~', '!'}) {
        const std::string text = std::string(before, filler) + byte + std::string(9, filler);
        const std::string expected = std::string(before, filler) + escaped + std::string(9, filler);
        REQUIRE(json(text) == "=\"" + expected + "\"");
      }
    }
  }
}

TEST_CASE("overlong forms, surrogates and values above U+10FFFF are no characters") {
  CHECK(utf8_character_length("\xC1\xBF") == 0);
  CHECK(utf8_character_length("\xE0\x9F\xBF") == 0);
  CHECK(utf8_character_length("\xED\xA0\x80") == 0);
  CHECK(utf8_character_length("\xF0\x8F\xBF\xBF") == 0);
  CHECK(utf8_character_length("\xF4\x90\x80\x80") == 0);
  CHECK(utf8_character_length("\xF5\x80\x80\x80") == 0);
  CHECK(utf8_character_length("") == 0);
}

TEST_CASE("the ends of each length's range are characters") {
  CHECK(utf8_character_length("\x7F") == 1);
  CHECK(utf8_character_length("\xC2\x80") == 2);
  CHECK(utf8_character_length("\xDF\xBF") == 2);
  CHECK(utf8_character_length("\xE0\xA0\x80") == 3);
  CHECK(utf8_character_length("\xED\x9F\xBF") == 3);
  CHECK(utf8_character_length("\xEF\xBF\xBF") == 3);
  CHECK(utf8_character_length("\xF0\x90\x80\x80") == 4);
  CHECK(utf8_character_length("\xF4\x8F\xBF\xBFtail") == 4);
}
