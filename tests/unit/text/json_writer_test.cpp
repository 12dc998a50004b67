#include "text/json_writer.h"

#include "catch.h"
#include "text/json_reader.h"

namespace prodev::text {

TEST_CASE("commas stand between values and members, and nowhere else") {
  std::string json;
  JsonWriter out(json);
  out.begin_object().key("a").begin_array().end_array().key("b").begin_object().end_object();
  out.key("c").begin_array().string("x\"").number(-1).boolean(true).raw("null");
  out.begin_object().member("d", "e").member("f", "").end_object().end_array();
  out.key("g").number(2).end_object();
  CHECK(json == R"({"a":[],"b":{},"c":["x\"",-1,true,null,{"d":"e","f":""}],"g":2})");
  CHECK(is_json(json));
}

}  // namespace prodev::text
