// What the fuzz targets share.
//
// The first byte of an input says how the rest is cut into pieces, so that seeds are otherwise the
// very bytes of a connection.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace prodev::fuzz {

// An invariant: the fuzzer keeps the input that breaks it.
inline void require(bool holds, const char* invariant) {
  if (holds) return;
  std::fprintf(stderr, "broken invariant: %s\n", invariant);
  std::abort();
}

// `seed` 0 leaves `text` whole, 1 cuts it into single bytes, others cut it at places of their own.
inline std::vector<std::string_view> cut(std::string_view text, uint8_t seed) {
  std::vector<std::string_view> pieces;
  uint32_t state = seed * 2'654'435'761U;
  while (!text.empty()) {
    size_t size = text.size();
    if (seed == 1) size = 1;
    if (seed > 1) {
      state = state * 1'664'525U + 1'013'904'223U;
      size = 1 + (state >> 8) % ((seed % 2 == 0) ? 7 : 200);
    }
    pieces.push_back(text.substr(0, size));
    text.remove_prefix(pieces.back().size());
  }
  return pieces;
}

}  // namespace prodev::fuzz
