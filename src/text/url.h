// Percent-encoding (RFC 3986 section 2.1).
#pragma once

#include <string>
#include <string_view>

namespace prodev::text {

// Replaces `out` by the decoded text; '+' stays '+'. False when a '%' is not followed by two hex
// digits; `out` is then unspecified.
[[nodiscard]] bool percent_decode(std::string_view encoded, std::string& out);

// The same where nothing is refused: a '%' that begins no escape is itself (WHATWG URL,
// percent-decode), as in like.%off.
std::string percent_decode_leniently(std::string_view encoded);

// Appends `text` with everything but the unreserved characters of section 2.3 encoded, so that it
// can stand in any part of a URL.
void append_percent_encoded(std::string& out, std::string_view text);

// Appends a part of a URL as it was sent, with only that encoded which may not stand in any.
void append_url_text(std::string& out, std::string_view text);

// The resource at `path` as seen from itself (RFC 3986 section 4.2): its last segment, to which a
// slash or a query may be added. It holds under whatever prefix a proxy serves the path.
std::string relative_to_itself(std::string_view path);

}  // namespace prodev::text
