// Byte ranges (RFC 9110 section 14).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace prodev::http {

struct ByteRange {
  uint64_t first = 0;
  uint64_t size = 0;
};

struct ByteRanges {
  enum class Verdict {
    kIgnore,  // malformed, another unit, or not worth it: send the whole
    kSatisfiable,
    kUnsatisfiable,  // 416
  };
  Verdict verdict = Verdict::kIgnore;
  std::vector<ByteRange> ranges;  // in the order asked for
};

// Reads the value of a Range field for a representation of `size` bytes. More than 16 ranges, or
// ranges that together ask for more than the whole, are ignored (section 14.2).
ByteRanges parse_ranges(std::string_view value, uint64_t size);

}  // namespace prodev::http
