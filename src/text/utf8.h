// UTF-8 well-formedness (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
#pragma once

#include <cstddef>
#include <string_view>

namespace prodev::text {

// Bytes of the well-formed character that `text` begins with; 0 when it begins with none.
size_t utf8_character_length(std::string_view text);

}  // namespace prodev::text
