// Percent-encoding (RFC 3986 section 2.1).
#pragma once

#include <string>
#include <string_view>

namespace prodev::text {

// Replaces `out` by the decoded text; '+' stays '+'. False when a '%' is not followed by two hex
// digits; `out` is then unspecified.
[[nodiscard]] bool percent_decode(std::string_view encoded, std::string& out);

// `text` as a segment of a path: everything but unreserved characters is encoded.
std::string percent_encode(std::string_view text);

}  // namespace prodev::text
