// The authority of a URL: what stands in Host, and between // and the path.
#pragma once

#include <optional>
#include <string_view>

namespace prodev::text {

struct Authority {
  std::string_view host;  // an IPv6 address with its brackets; may be empty
  std::string_view port;  // without the colon; empty when none is given
};

// host[:port] (RFC 3986 section 3.2, without user information). nullopt: it is something else, such
// as "a:443:80" or "a:65536".
std::optional<Authority> parse_authority(std::string_view text);

}  // namespace prodev::text
