#include "text/ip_network.h"

#include <string>

#include "catch.h"

using namespace prodev::text;

TEST_CASE("an address has one form, however it is written") {
  CHECK(parse_ip("192.0.2.1") == parse_ip("::ffff:192.0.2.1"));
  CHECK(parse_ip("2001:db8::1") == parse_ip("2001:DB8:0:0::1"));
  CHECK(parse_ip("192.0.2.1") != parse_ip("::c000:201"));
  for (const char* text : {"", "a", "192.0.2", "192.0.2.256", "1.2.3.4:80", "[::1]", "fe80::1%eth0",
                           "192.0.2.1 ", "0x7f.1", "1.2.3.4.5", "::1::"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_ip(text));
  }
  CHECK_FALSE(parse_ip(std::string("192.0.2.1\0x", 11)));
}

TEST_CASE("a network holds the addresses that share its first bits") {
  const auto holds = [](const char* network, const char* address) {
    return parse_ip_network(network)->contains(*parse_ip(address));
  };
  CHECK(holds("10.0.0.0/8", "10.255.255.255"));
  CHECK_FALSE(holds("10.0.0.0/8", "11.0.0.0"));
  CHECK(holds("192.0.2.128/25", "192.0.2.129"));
  CHECK_FALSE(holds("192.0.2.128/25", "192.0.2.127"));
  CHECK(holds("192.0.2.1", "192.0.2.1"));
  CHECK_FALSE(holds("192.0.2.1", "192.0.2.0"));
  CHECK(holds("10.0.0.0/8", "::ffff:10.1.2.3"));
  CHECK(holds("fd00::/8", "fdff::1"));
  CHECK_FALSE(holds("fd00::/8", "fe00::1"));
  CHECK_FALSE(holds("::/1", "8000::"));
}

TEST_CASE("a network with bits behind its length, or without one, is none") {
  for (const char* text : {"10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x",
                           "fd00::/129", "fd00::1/8", "/8", "a/8", "10/8"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_ip_network(text));
  }
}
