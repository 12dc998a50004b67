// Percent-encoding (RFC 3986 section 2.1).
#pragma once

#include <string>
#include <string_view>

namespace prodev::text {

// Replaces `out` by the decoded text; '+' stays '+'. False when a '%' is not followed by two hex
// digits; `out` is then unspecified.
[[nodiscard]] bool percent_decode(std::string_view encoded, std::string& out);

// Appends `text` with everything but the unreserved characters of section 2.3 encoded, so that it
// can stand in any part of a URL.
void append_percent_encoded(std::string& out, std::string_view text);

}  // namespace prodev::text
