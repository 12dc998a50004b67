#include "text/authority.h"

#include <algorithm>

#include "text/ascii.h"

namespace prodev::text {

namespace {

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// unreserved, sub-delims and the % of an escape.
bool is_name_character(char c) {
  return is_alphanumeric(c) ||
         std::string_view("-._~%!$&'()*+,;=").find(c) != std::string_view::npos;
}

bool is_address_character(char c) { return hex_value(c) >= 0 || c == ':' || c == '.'; }

// Empty, or a number up to 65535.
bool is_port(std::string_view text) {
  constexpr size_t kMostDigits = 5;
  if (text.size() > kMostDigits) return false;
  unsigned number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    number = number * 10 + static_cast<unsigned>(c - '0');
  }
  return number <= 65'535;
}

// The bytes of the host at the front of `text`; nullopt: there cannot be one.
std::optional<size_t> host_size(std::string_view text) {
  if (!text.starts_with('[')) return std::min(text.find(':'), text.size());
  const size_t bracket = text.find(']');
  if (bracket == std::string_view::npos || bracket < 3) return std::nullopt;
  return bracket + 1;
}

bool is_host(std::string_view host) {
  if (!host.starts_with('[')) return std::all_of(host.begin(), host.end(), is_name_character);
  return std::all_of(host.begin() + 1, host.end() - 1, is_address_character);
}

}  // namespace

std::optional<Authority> parse_authority(std::string_view text) {
  const std::optional<size_t> size = host_size(text);
  if (!size) return std::nullopt;
  const std::string_view host = text.substr(0, *size);
  std::string_view rest = text.substr(*size);
  if (!is_host(host)) return std::nullopt;
  if (rest.empty()) return Authority{host, {}};
  if (rest.front() != ':' || !is_port(rest.substr(1))) return std::nullopt;
  return Authority{host, rest.substr(1)};
}

}  // namespace prodev::text
