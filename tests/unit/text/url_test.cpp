#include "text/url.h"

#include "catch.h"
#include "text/utf8.h"

using namespace prodev::text;

namespace {

std::string decode(std::string_view text) {
  std::string out = "old";
  return percent_decode(text, out) ? out : "refused";
}

std::string encode(std::string_view text) {
  std::string out;
  append_percent_encoded(out, text);
  return out;
}

TEST_CASE("a segment is encoded so that it decodes to itself") {
  CHECK(encode("a-Z_0.9~") == "a-Z_0.9~");
  CHECK(encode("two words/{x}%\xc3\xbc") == "two%20words%2F%7Bx%7D%25%C3%BC");
  std::string decoded;
  for (int c = 0; c < 256; ++c) {
    const std::string text(1, static_cast<char>(c));
    REQUIRE(percent_decode(encode(text), decoded));
    CHECK(decoded == text);
  }
}

}  // namespace

TEST_CASE("percent-encoding is undone once") {
  CHECK(decode("/a%20b") == "/a b");
  CHECK(decode("%41%7a%7A") == "Azz");
  CHECK(decode("%2541") == "%41");
  CHECK(decode("a+b") == "a+b");
  CHECK(decode("") == "");
  CHECK(decode("%00") == std::string(1, '\0'));
  CHECK(decode("%C3%A9") == "\xC3\xA9");
}

TEST_CASE("a percent sign without two hex digits is refused") {
  for (const char* text : {"%", "%4", "a%4", "%4g", "%g4", "%%41", "% 41", "%-1"}) {
    CAPTURE(text);
    CHECK(decode(text) == "refused");
  }
}

TEST_CASE("the length of a character is that of its well-formed bytes") {
  CHECK(utf8_character_length("a") == 1);
  CHECK(utf8_character_length("\xC3\xA9z") == 2);
  CHECK(utf8_character_length("\xE2\x82\xAC") == 3);
  CHECK(utf8_character_length("\xF0\x9F\x98\x80") == 4);
  for (const char* text :
       {"\x80", "\xC0\xAF", "\xE2\x82", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF"}) {
    CHECK(utf8_character_length(text) == 0);
  }
}

TEST_CASE("append_percent_encoded leaves the unreserved characters, and percent_decode undoes it") {
  std::string out = "x=";
  append_percent_encoded(out, "aZ09-._~ /&=\"\xc3\xbc");
  CHECK(out == "x=aZ09-._~%20%2F%26%3D%22%C3%BC");
  CHECK(decode(std::string_view(out).substr(2)) == "aZ09-._~ /&=\"\xc3\xbc");
}

TEST_CASE("a resource is named from itself by its last segment") {
  CHECK(prodev::text::relative_to_itself("/rest/v1/product") == "product");
  CHECK(prodev::text::relative_to_itself("/docs") == "docs");
  CHECK(prodev::text::relative_to_itself("/a/b%2Fc") == "b%2Fc");
  CHECK(prodev::text::relative_to_itself("/a/").empty());
  CHECK(prodev::text::relative_to_itself("//other.example") == "other.example");
  CHECK(prodev::text::relative_to_itself("/http:x") == "./http:x");
}
