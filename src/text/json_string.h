// JSON strings (RFC 8259 §7).
#pragma once

#include <string>
#include <string_view>

namespace prodev::text {

// Appends `text` as a JSON string with its quotes. What is not well-formed UTF-8 becomes U+FFFD, a
// byte at a time, so that the result is always valid JSON.
void append_json_string(std::string& out, std::string_view text);
// The same without the quotes: a string may be written piece by piece, cut between characters.
void append_json_characters(std::string& out, std::string_view text);

}  // namespace prodev::text
