#include "openapi/fixed_parts.h"

#include "catch.h"
#include "text/json_reader.h"

namespace prodev::openapi {

TEST_CASE("the fixed parts of a document are JSON") {
  REQUIRE(fixed_parts().size() > 20);
  for (const FixedPart& part : fixed_parts()) {
    INFO(part.section << ' ' << part.name);
    CHECK(text::is_json(part.json));
  }
}

TEST_CASE("a route has the details of its label, or plain ones") {
  CHECK(route_details("auth_token").tag == "Sign-in");
  CHECK(text::is_json(route_details("auth_token").parameters));
  CHECK(text::is_json(route_details("auth_token").body));
  CHECK(text::is_json(route_details("auth_token").responses));
  CHECK(route_details("nothing").tag == "Operations");
  CHECK(text::is_json(route_details("nothing").responses));
}

}  // namespace prodev::openapi
