// Address: an IPv4 or IPv6 socket address.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "text/ip_network.h"

namespace prodev::net {

struct Address {
  sockaddr_storage storage{};
  socklen_t length = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  uint16_t port() const;
  // "192.0.2.1" or "2001:db8::1"; an IPv4-mapped IPv6 address is shown as IPv4.
  std::string ip() const;
  // "192.0.2.1:80" or "[2001:db8::1]:80".
  std::string to_string() const;
  bool is_loopback() const;
  // The address alone; zeros when it is neither IPv4 nor IPv6.
  text::IpAddress ip_bytes() const;
  // What per-client limits count: the IPv4 address, or the /64 of an IPv6 address.
  std::array<uint8_t, 16> client_key() const;
};

// Parses "host:port", "[v6]:port", ":port" (all IPv4 addresses) or "port"; resolves names.
// Blocking (name lookup). kUsage when the text is malformed or the name is unknown.
base::Result<Address> resolve_address(std::string_view text);

// The address of `ip`, with port 0.
Address address_of(const text::IpAddress& ip);

// The address that `fd` is bound to.
Address local_address(int fd);

}  // namespace prodev::net
