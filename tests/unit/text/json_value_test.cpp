#include "text/json_value.h"

#include "catch.h"
#include "text/json_reader.h"

namespace prodev::text {

namespace {

std::string again(std::string_view json) {
  const auto value = parse_json(json);
  return value ? to_json(*value) : "refused: " + value.error();
}

}  // namespace

TEST_CASE("a JSON value is written as it was read, compact and sorted by key") {
  CHECK(again(R"( { "b" : [ 1 , -2.5 , true , false , null ] , "a" : { } , "c" : [ ] } )") ==
        R"({"a":{},"b":[1,-2.5,true,false,null],"c":[]})");
  CHECK(again("\"\"") == "\"\"");
}

TEST_CASE("integers of 64 bits keep their digits, other numbers their value in the fewest digits") {
  CHECK(again("[9223372036854775807,-9223372036854775808]") ==
        "[9223372036854775807,-9223372036854775808]");
  CHECK(again("[1.1,0.1,1e2,-0.0,1e-7,100000000000000000000]") == "[1.1,0.1,100,-0,1e-07,1e+20]");
  CHECK(is_json(again("[1e300,5e-324,123456.789]")));
}

TEST_CASE("a slash is written as it is, and a control character escaped") {
  CHECK(again(R"("a\/b\u0001\u00e9\ud83d\ude00")") == "\"a/b\\u0001\u00e9\U0001F600\"");
}

TEST_CASE("what picojson takes and JSON has not is refused") {
  for (const std::string_view json : {"01",
                                      "1.",
                                      "-",
                                      "+1",
                                      ".5",
                                      "1e",
                                      "[1,]",
                                      "{\"a\":1,}",
                                      "{'a':1}",
                                      "nul",
                                      "",
                                      "[",
                                      "1 2",
                                      "\"\x01\"",
                                      "\"\xff\"",
                                      "\"\xc0\xaf\"",
                                      "\"\\ud800\"",
                                      "\"\\udc00\\ud800\"",
                                      "\"\\x\"",
                                      "NaN",
                                      "-Infinity",
                                      "// no\n1"}) {
    INFO(json);
    CHECK_FALSE(parse_json(json));
  }
}

TEST_CASE("a number beyond the range of doubles is refused, not thrown") {
  for (const std::string_view json : {"1e999", "[-1e999]", "{\"exp\":1e400}"}) {
    const auto value = parse_json(json);
    REQUIRE_FALSE(value);
    CHECK(value.error() == "a number is out of range");
  }
  CHECK(again("1e-999") == "0");
}

TEST_CASE("a key that comes twice is refused at every depth") {
  CHECK(again(R"({"a":1,"a":2})") == R"(refused: the key "a" comes twice)");
  CHECK(again(R"([{"x":{"a":1,"b":2,"\u0061":1}}])") == R"(refused: the key "a" comes twice)");
  CHECK(again(R"({"a":{"a":1},"b":{"a":1}})") == R"({"a":{"a":1},"b":{"a":1}})");
}

TEST_CASE("arrays and objects may nest as deep as for JsonReader, and no deeper") {
  const auto nested = [](size_t depth, std::string_view open, std::string_view close) {
    std::string json;
    for (size_t i = 0; i < depth; ++i) json += open;
    json += "1";
    for (size_t i = 0; i < depth; ++i) json += close;
    return json;
  };
  for (const bool objects : {false, true}) {
    const std::string_view open = objects ? "{\"a\":" : "[", close = objects ? "}" : "]";
    CHECK(parse_json(nested(JsonReader::kMaxDepth, open, close)));
    CHECK_FALSE(parse_json(nested(JsonReader::kMaxDepth + 1, open, close)));
    CHECK_FALSE(parse_json(nested(1'000'000, open, close)));
  }
}

TEST_CASE("a member is found by key and type") {
  const auto object = parse_json_object(R"({"n":1,"s":"x","z":null})");
  REQUIRE(object);
  CHECK(*find_member<int64_t>(*object, "n") == 1);
  CHECK(*find_member<std::string>(*object, "s") == "x");
  CHECK(find_member<std::string>(*object, "n") == nullptr);
  CHECK(find_member<std::string>(*object, "z") == nullptr);
  CHECK(find_member<std::string>(*object, "none") == nullptr);
  CHECK(parse_json_object("[1]").error() == "it is not an object");
}

}  // namespace prodev::text
