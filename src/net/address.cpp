#include "net/address.h"

#include <arpa/inet.h>
#include <netdb.h>

#include <array>
#include <charconv>
#include <cstring>
#include <memory>

namespace prodev::net {

namespace {

const in_addr* as_v4(const Address& address) {
  if (address.storage.ss_family == AF_INET) {
    return &reinterpret_cast<const sockaddr_in*>(&address.storage)->sin_addr;
  }
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&address.storage);
  if (address.storage.ss_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
    return reinterpret_cast<const in_addr*>(&v6->sin6_addr.s6_addr[12]);
  }
  return nullptr;
}

// inet_ntop() goes through printf, which takes 20 times as long: each line of the access log has
// one.
std::string dotted(const in_addr& v4) {
  std::array<char, INET_ADDRSTRLEN> text{};
  char* at = text.data();
  const auto* bytes = reinterpret_cast<const uint8_t*>(&v4.s_addr);
  for (int i = 0; i < 4; ++i) {
    if (i > 0) *at++ = '.';
    at = std::to_chars(at, text.data() + text.size(), bytes[i]).ptr;
  }
  return {text.data(), at};
}

struct HostPort {
  std::string host;
  std::string port;
};

base::Result<HostPort> split_host_port(std::string_view text) {
  const std::string quoted = "\"" + std::string(text) + "\"";
  HostPort parts;
  const size_t colon = text.rfind(':');
  if (!text.empty() && text.front() == '[') {
    const size_t bracket = text.find(']');
    if (bracket == std::string_view::npos || bracket + 1 != colon) {
      return base::fail(base::Code::kUsage, "address " + quoted + " is malformed: use [IPv6]:port");
    }
    parts.host = text.substr(1, bracket - 1);
    parts.port = text.substr(colon + 1);
  } else if (colon == std::string_view::npos) {
    parts.port = text;
  } else if (text.find(':') != colon) {
    return base::fail(base::Code::kUsage,
                      "address " + quoted + " is malformed: write an IPv6 address as [IPv6]:port");
  } else {
    parts.host = text.substr(0, colon);
    parts.port = text.substr(colon + 1);
  }
  const bool digits = !parts.port.empty() && parts.port.size() <= 5 &&
                      parts.port.find_first_not_of("0123456789") == std::string::npos;
  if (!digits || std::stoi(parts.port) > 65535) {
    return base::fail(base::Code::kUsage,
                      "address " + quoted + " has no port from 0 to 65535: use host:port");
  }
  return parts;
}

}  // namespace

uint16_t Address::port() const {
  if (storage.ss_family == AF_INET) {
    return ntohs(reinterpret_cast<const sockaddr_in*>(&storage)->sin_port);
  }
  if (storage.ss_family == AF_INET6) {
    return ntohs(reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_port);
  }
  return 0;
}

std::string Address::ip() const {
  if (const in_addr* v4 = as_v4(*this)) return dotted(*v4);
  char text[INET6_ADDRSTRLEN] = "";
  if (storage.ss_family == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&storage);
    ::inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof text);
  } else {
    return "local";
  }
  return text;
}

std::string Address::to_string() const {
  const std::string host = ip();
  const bool bracket = host.find(':') != std::string::npos;
  return (bracket ? "[" + host + "]" : host) + ":" + std::to_string(port());
}

bool Address::is_loopback() const {
  if (const in_addr* v4 = as_v4(*this)) return (ntohl(v4->s_addr) >> 24) == 127;
  if (storage.ss_family != AF_INET6) return false;
  return IN6_IS_ADDR_LOOPBACK(&reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_addr);
}

text::IpAddress Address::ip_bytes() const {
  text::IpAddress bytes{};
  if (const in_addr* v4 = as_v4(*this)) {
    bytes[10] = bytes[11] = 0xFF;
    std::memcpy(bytes.data() + 12, v4, 4);
  } else if (storage.ss_family == AF_INET6) {
    std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_addr, 16);
  }
  return bytes;
}

std::array<uint8_t, 16> Address::client_key() const {
  std::array<uint8_t, 16> key{};
  if (const in_addr* v4 = as_v4(*this)) {
    key[8] = 4;
    std::memcpy(key.data() + 12, v4, 4);
  } else if (storage.ss_family == AF_INET6) {
    key[8] = 6;
    std::memcpy(key.data(), &reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_addr, 8);
  }
  return key;
}

base::Result<Address> resolve_address(std::string_view text) {
  TRY_ASSIGN(const HostPort parts, split_host_port(text));
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  if (parts.host.empty()) hints.ai_family = AF_INET;
  addrinfo* found = nullptr;
  const char* host = parts.host.empty() ? "0.0.0.0" : parts.host.c_str();
  const int status = ::getaddrinfo(host, parts.port.c_str(), &hints, &found);
  if (status != 0) {
    return base::fail(base::Code::kUsage, "cannot resolve host \"" + parts.host +
                                              "\" of address \"" + std::string(text) +
                                              "\": " + ::gai_strerror(status));
  }
  std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  Address address;
  std::memcpy(&address.storage, found->ai_addr, found->ai_addrlen);
  address.length = found->ai_addrlen;
  return address;
}

Address address_of(const text::IpAddress& ip) {
  Address address;
  address.storage.ss_family = AF_INET6;
  address.length = sizeof(sockaddr_in6);
  std::memcpy(&reinterpret_cast<sockaddr_in6*>(&address.storage)->sin6_addr, ip.data(), ip.size());
  return address;
}

Address local_address(int fd) {
  Address address;
  address.length = sizeof address.storage;
  if (::getsockname(fd, address.get(), &address.length) != 0) address.length = 0;
  return address;
}

}  // namespace prodev::net
