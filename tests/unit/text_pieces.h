// A text that arrives in pieces of a chosen size.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "text/byte_source.h"

namespace prodev::test {

inline text::Refill in_pieces(std::string text, size_t piece_bytes) {
  return [text = std::move(text), piece_bytes,
          at = size_t{0}](std::string& buffer) mutable -> base::Result<bool> {
    const size_t count = std::min(piece_bytes, text.size() - at);
    buffer.append(text, at, count);
    at += count;
    return count > 0;
  };
}

}  // namespace prodev::test
