// UTF-8 well-formedness (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace prodev::text {

// Bytes of the well-formed character that `text` begins with; 0 when it begins with none.
size_t utf8_character_length(std::string_view text);

// Bytes of the well-formed characters that `text` begins with.
size_t utf8_prefix_length(std::string_view text);

bool is_utf8(std::string_view text);

// `text` itself where it is well-formed; else `room`, made a copy of it with U+FFFD for each byte
// that belongs to no character.
std::string_view well_formed(std::string_view text, std::string& room);

}  // namespace prodev::text
