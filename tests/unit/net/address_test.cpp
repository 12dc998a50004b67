#include "net/address.h"

#include "catch.h"

using namespace prodev::net;

TEST_CASE("addresses are read in every form that they are written in") {
  CHECK(resolve_address("127.0.0.1:80")->to_string() == "127.0.0.1:80");
  CHECK(resolve_address("[::1]:8000")->to_string() == "[::1]:8000");
  CHECK(resolve_address(":8000")->to_string() == "0.0.0.0:8000");
  CHECK(resolve_address("localhost:1")->is_loopback());
}

TEST_CASE("a malformed address is wrong usage and is named") {
  for (const char* text : {"", "a", "127.0.0.1:", "127.0.0.1:70000", "127.0.0.1:-1",
                           "127.0.0.1:80x", "[::1:80", "no.such.host.invalid:80"}) {
    CAPTURE(text);
    const auto address = resolve_address(text);
    REQUIRE_FALSE(address);
    CHECK(address.error().code == prodev::base::Code::kUsage);
    CHECK(address.error().message.find(text) != std::string::npos);
  }
}

TEST_CASE("an IPv4 client on an IPv6 socket is an IPv4 client") {
  const Address mapped = *resolve_address("[::ffff:127.0.0.2]:80");
  CHECK(mapped.ip() == "127.0.0.2");
  CHECK(mapped.is_loopback());
  CHECK(mapped.client_key() == resolve_address("127.0.0.2:9")->client_key());
}

TEST_CASE("only this machine's addresses are loopback") {
  CHECK(resolve_address("127.255.0.1:1")->is_loopback());
  CHECK(resolve_address("[::1]:1")->is_loopback());
  CHECK_FALSE(resolve_address("128.0.0.1:1")->is_loopback());
  CHECK_FALSE(resolve_address("[2001:db8::1]:1")->is_loopback());
  CHECK_FALSE(Address().is_loopback());
}
