#include "text/list_field.h"

#include <string>
#include <vector>

#include "catch.h"

namespace prodev::text {

TEST_CASE("items of a list end at a separator that is not in quotes") {
  const auto items = [](std::string_view list, char separator) {
    std::vector<std::string> found;
    while (!list.empty()) found.emplace_back(take_list_item(list, separator));
    return found;
  };
  using Items = std::vector<std::string>;
  CHECK(items(" a ,b,, c", ',') == Items{"a", "b", "", "c"});
  CHECK(items("a;b=\"x;y\";c", ';') == Items{"a", "b=\"x;y\"", "c"});
  CHECK(items("\"a\\\",b\",c", ',') == Items{"\"a\\\",b\"", "c"});
  CHECK(items("\"never ends, a", ',') == Items{"\"never ends, a"});
  CHECK(items("a\\,b", ',') == Items{"a\\", "b"});
  CHECK(items("\"\\", ',') == Items{"\"\\"});
  CHECK(items("", ',').empty());
}

}  // namespace prodev::text
