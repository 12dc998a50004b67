// IP addresses and networks as text.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace prodev::text {

// An IPv6 address; an IPv4 one as ::ffff:a.b.c.d, so that each has one form.
using IpAddress = std::array<uint8_t, 16>;

// "192.0.2.1" or "2001:db8::1": no port, brackets or zone. nullopt: anything else.
std::optional<IpAddress> parse_ip(std::string_view text);

struct IpNetwork {
  IpAddress address{};
  int bits = 128;  // how many of the address's first bits all of the network share

  bool contains(const IpAddress& one) const;
};

// "10.0.0.0/8", "fd00::/8", or one address alone. nullopt: anything else, and an address with bits
// set beyond the length given.
std::optional<IpNetwork> parse_ip_network(std::string_view text);

}  // namespace prodev::text
