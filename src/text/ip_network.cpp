#include "text/ip_network.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <string>

namespace prodev::text {

namespace {

constexpr int kBits = 128, kBitsBeforeIpv4 = 96;

// Where `bit` of an address is set.
bool bit_of(const IpAddress& address, int bit) {
  return ((address[static_cast<size_t>(bit / 8)] >> (7 - bit % 8)) & 1) != 0;
}

}  // namespace

std::optional<IpAddress> parse_ip(std::string_view text) {
  if (text.size() >= INET6_ADDRSTRLEN) return std::nullopt;
  const std::string copy(text);  // inet_pton wants a NUL at the end
  if (copy.size() != std::string_view(copy.c_str()).size()) return std::nullopt;
  IpAddress address{};
  if (::inet_pton(AF_INET6, copy.c_str(), address.data()) == 1) return address;
  address = {};
  address[10] = address[11] = 0xFF;
  if (::inet_pton(AF_INET, copy.c_str(), address.data() + 12) == 1) return address;
  return std::nullopt;
}

bool IpNetwork::contains(const IpAddress& one) const {
  const auto whole = static_cast<ptrdiff_t>(bits / 8);
  if (!std::equal(address.begin(), address.begin() + whole, one.begin())) return false;
  for (int bit = bits / 8 * 8; bit < bits; ++bit) {
    if (bit_of(address, bit) != bit_of(one, bit)) return false;
  }
  return true;
}

std::optional<IpNetwork> parse_ip_network(std::string_view text) {
  const size_t slash = text.find('/');
  const std::optional<IpAddress> address = parse_ip(text.substr(0, slash));
  if (!address) return std::nullopt;
  if (slash == std::string_view::npos) return IpNetwork{*address, kBits};
  const int before =
      text.substr(0, slash).find(':') == std::string_view::npos ? kBitsBeforeIpv4 : 0;
  const std::string_view length = text.substr(slash + 1);
  int bits = -1;
  const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), bits);
  const bool digits = error == std::errc() && end == length.data() + length.size();
  if (!digits || bits < 0 || bits > kBits - before) return std::nullopt;
  const IpNetwork network{*address, bits + before};
  for (int bit = network.bits; bit < kBits; ++bit) {
    if (bit_of(*address, bit)) return std::nullopt;
  }
  return network;
}

}  // namespace prodev::text
