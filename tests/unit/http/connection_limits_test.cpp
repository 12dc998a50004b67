#include "http/connection_limits.h"

#include "catch.h"

using prodev::http::ConnectionLimits;
using Admission = ConnectionLimits::Verdict;

namespace {
prodev::net::Address address(const char* text) { return *prodev::net::resolve_address(text); }
}  // namespace

TEST_CASE("a client over its limit is told apart from a server that is full") {
  ConnectionLimits limits(3, 2);
  const auto one = address("192.0.2.1:1");
  const auto two = address("192.0.2.2:1");
  CHECK(limits.admit(one) == Admission::kAdmitted);
  CHECK(limits.admit(address("192.0.2.1:9")) == Admission::kAdmitted);
  CHECK(limits.admit(one) == Admission::kTooManyOfClient);
  CHECK(limits.admit(two) == Admission::kAdmitted);
  CHECK(limits.admit(two) == Admission::kTooMany);
  CHECK(limits.open() == 3);
  limits.release(one);
  CHECK(limits.admit(two) == Admission::kAdmitted);
}

TEST_CASE("an IPv6 client is its network of 64 bits") {
  ConnectionLimits limits(10, 1);
  CHECK(limits.admit(address("[2001:db8::1]:1")) == Admission::kAdmitted);
  CHECK(limits.admit(address("[2001:db8::ffff:2]:1")) == Admission::kTooManyOfClient);
  CHECK(limits.admit(address("[2001:db8:0:1::1]:1")) == Admission::kAdmitted);
}

TEST_CASE("without a limit per client only the total counts") {
  ConnectionLimits limits(100, 0);
  for (int i = 0; i < 100; ++i)
    REQUIRE(limits.admit(address("192.0.2.1:1")) == Admission::kAdmitted);
  CHECK(limits.admit(address("192.0.2.1:1")) == Admission::kTooMany);
}
