// Base64 with the URL-safe alphabet and no padding (RFC 7515 section 2), which tokens are made of.
#pragma once

#include <string>
#include <string_view>

namespace prodev::auth {

std::string encode_base64url(std::string_view bytes);

// Replaces `out` by the decoded bytes. Strict: false for padding, white space, other alphabets, and
// for left-over bits that are not zero, so that no two texts stand for the same bytes.
[[nodiscard]] bool decode_base64url(std::string_view text, std::string& out);

}  // namespace prodev::auth
