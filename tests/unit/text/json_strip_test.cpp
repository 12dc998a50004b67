#include "text/json_strip.h"

#include "catch.h"

namespace prodev::text {

TEST_CASE("members that are null are left out, elements are not") {
  const auto stripped = [](std::string_view json) {
    std::string out;
    append_without_nulls(out, json);
    return out;
  };
  CHECK(stripped(R"({"a":null,"b":1,"c":null})") == R"({"b":1})");
  CHECK(stripped(R"({"a": {"b": null}, "c": [null, {"d": null, "e": "x"}]})") ==
        R"({"a":{},"c":[null,{"e":"x"}]})");
  CHECK(stripped(R"({"a\nb":1.50,"\u00e4":"null"})") == "{\"a\\nb\":1.50,\"\xc3\xa4\":\"null\"}");
  for (const char* same : {"null", "[]", "{}", "5", "\"x\"", "[null]", "true"})
    CHECK(stripped(same) == same);
}

}  // namespace prodev::text
