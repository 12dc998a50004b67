#include "http/byte_ranges.h"

#include <algorithm>
#include <optional>

#include "text/ascii.h"

namespace prodev::http {

namespace {

constexpr size_t kMaxRanges = 16;

// A number with any count of digits; beyond kMost, where no file ends, it is kMost.
std::optional<uint64_t> parse_number(std::string_view text) {
  constexpr uint64_t kMost = 1'000'000'000'000'000'000;
  if (text.empty()) return std::nullopt;
  uint64_t number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    number = std::min(number * 10 + static_cast<uint64_t>(c - '0'), kMost);
  }
  return number;
}

struct Spec {
  bool valid = false;
  std::optional<ByteRange> range;  // none: valid, and not satisfiable
};

// "first-", "first-last" or "-suffix".
Spec parse_spec(std::string_view spec, uint64_t size) {
  const size_t dash = spec.find('-');
  if (dash == std::string_view::npos) return {};
  const std::string_view first_text = spec.substr(0, dash);
  const std::string_view last_text = spec.substr(dash + 1);
  const auto last = parse_number(last_text);
  if (first_text.empty()) {
    if (!last) return {};
    const uint64_t suffix = std::min(*last, size);
    return {true, suffix == 0 ? std::nullopt : std::optional(ByteRange{size - suffix, suffix})};
  }
  const auto first = parse_number(first_text);
  if (!first || (!last && !last_text.empty()) || (last && *last < *first)) return {};
  if (*first >= size) return {true, std::nullopt};
  const uint64_t end = last ? std::min(*last, size - 1) : size - 1;
  return {true, ByteRange{*first, end - *first + 1}};
}

}  // namespace

ByteRanges parse_ranges(std::string_view value, uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  if (!text::equal_ignoring_case(value.substr(0, kUnit.size()), kUnit)) return {};
  value.remove_prefix(kUnit.size());
  ByteRanges result;
  uint64_t total = 0;
  size_t count = 0;
  for (bool more = true; more;) {
    const size_t comma = value.find(',');
    more = comma != std::string_view::npos;
    const std::string_view item = text::trim(value.substr(0, comma));
    if (more) value.remove_prefix(comma + 1);
    if (item.empty()) continue;  // empty list elements are allowed (section 5.6.1)
    const Spec spec = parse_spec(item, size);
    if (!spec.valid || ++count > kMaxRanges) return {};
    if (!spec.range) continue;
    total += spec.range->size;
    result.ranges.push_back(*spec.range);
  }
  if (count == 0 || (result.ranges.size() > 1 && total > size)) return {};
  result.verdict = result.ranges.empty() ? ByteRanges::Verdict::kUnsatisfiable
                                         : ByteRanges::Verdict::kSatisfiable;
  return result;
}

}  // namespace prodev::http
