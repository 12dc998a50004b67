// HTTP dates (RFC 9110 section 5.6.7).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace prodev::text {

// "Sun, 06 Nov 1994 08:49:37 GMT" for seconds since 1970-01-01 UTC.
std::string format_http_date(int64_t unix_s);

// Parses that form (IMF-fixdate) and the two obsolete ones; nullopt when it is none of them.
std::optional<int64_t> parse_http_date(std::string_view text);

}  // namespace prodev::text
