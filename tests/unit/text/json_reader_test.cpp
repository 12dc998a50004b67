#include "text/json_reader.h"

#include "catch.h"

namespace prodev::text {
namespace {

using Kind = JsonReader::Kind;

std::string read_error(std::string_view text) {
  JsonReader reader(text);
  reader.read_raw();
  reader.finish();
  return reader.error();
}

TEST_CASE("JsonReader reads an object of every kind of value, keeping digits and text") {
  JsonReader reader(
      R"( {"a": 9007199254740993, "b":[1, "x\u00e9\ud83d\ude00\n"], "c":{"d" : null},"e":true} )");
  std::string key;
  std::string text;
  reader.begin_object();
  REQUIRE(reader.next_member(key));
  CHECK(key == "a");
  CHECK(reader.peek() == Kind::kNumber);
  CHECK(reader.read_number() == "9007199254740993");
  REQUIRE(reader.next_member(key));
  reader.begin_array();
  REQUIRE(reader.next_element());
  CHECK(reader.read_number() == "1");
  REQUIRE(reader.next_element());
  reader.read_string(text);
  CHECK(text == "x\xc3\xa9\xf0\x9f\x98\x80\n");
  CHECK_FALSE(reader.next_element());
  REQUIRE(reader.next_member(key));
  CHECK(reader.read_raw() == R"({"d" : null})");
  REQUIRE(reader.next_member(key));
  CHECK(reader.read_bool());
  CHECK_FALSE(reader.next_member(key));
  reader.finish();
  CHECK(reader.error().empty());
}

TEST_CASE("JSON that RFC 8259 allows is taken") {
  for (const char* text :
       {"null", " true ", "false", "0", "-0", "10", "0.5", "-1.5e+10", "1E5", "\"\"", "[]", "{}",
        "[[],{}]", R"({"":""})", R"("\"\\\/\b\f\n\r\t")", "[1 , 2]\n"}) {
    CAPTURE(text);
    CHECK(is_json(text));
  }
}

TEST_CASE("what is not JSON is refused") {
  for (const char* text : {"",
                           " ",
                           "nul",
                           "nulll",
                           "True",
                           "01",
                           "-",
                           "1.",
                           ".5",
                           "1e",
                           "+1",
                           "0x1",
                           "NaN",
                           "Infinity",
                           "-Infinity",
                           "\"",
                           "\"\\x\"",
                           "\"\\u12\"",
                           "\"\\ud800\"",
                           "\"\\ud800\\u0041\"",
                           "\"\\udc00\"",
                           "\"\n\"",
                           "\"\xff\"",
                           "\"\xc0\xaf\"",
                           "[",
                           "]",
                           "[1",
                           "[1,",
                           "[1,]",
                           "[,1]",
                           "[1 2]",
                           "{",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\":1,}",
                           "{a:1}",
                           "{'a':1}",
                           "{1:1}",
                           "1 2",
                           "[1]]",
                           "/**/1",
                           "[\"a\":1]"}) {
    CAPTURE(text);
    CHECK_FALSE(is_json(text));
  }
}

TEST_CASE("a JSON error names line and column") {
  CHECK(read_error("[1,\n 2 3]") == "expected ',' or ']' at line 2, column 4");
  CHECK(read_error("{\"a\" 1}") == "expected ':' at line 1, column 6");
}

TEST_CASE("nesting is limited") {
  const size_t limit = JsonReader::kMaxDepth;
  CHECK(is_json(std::string(limit, '[') + std::string(limit, ']')));
  CHECK_FALSE(is_json(std::string(limit + 1, '[') + std::string(limit + 1, ']')));
  CHECK_FALSE(is_json(std::string(1'000'000, '[')));
}

TEST_CASE("after the first error a JsonReader stands still") {
  JsonReader reader("[1,x,2]");
  reader.begin_array();
  CHECK(reader.next_element());
  reader.read_number();
  CHECK_FALSE(reader.next_element());
  CHECK(reader.failed());
  const std::string first = reader.error();
  reader.read_null();
  reader.begin_object();
  CHECK_FALSE(reader.next_element());
  CHECK(reader.error() == first);
}

}  // namespace
}  // namespace prodev::text
