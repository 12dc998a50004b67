#include "text/hex.h"

#include "catch.h"

namespace prodev::text {

TEST_CASE("bytes become hexadecimal digits, and these the bytes again") {
  CHECK(to_hex("") == "");
  CHECK(to_hex("Az/") == "417a2f");
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  CHECK(to_hex(all).substr(0, 6) == "000102");
  CHECK(to_hex(all).substr(506) == "fdfeff");
  CHECK(from_hex(to_hex(all)) == all);
}

}  // namespace prodev::text
