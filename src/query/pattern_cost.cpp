#include "query/pattern_cost.h"

#include <string_view>

#include "text/ascii.h"

namespace prodev::query {

namespace {

// Of plain expressions, which take less than a microsecond a byte.
constexpr size_t kMostPatternBytes = 256;

bool is_punctuation(char c) {
  return c > ' ' && c < 0x7f && text::to_lower(c) == c && !(c >= 'a' && c <= 'z') &&
         !(c >= '0' && c <= '9');
}

// Whether `pattern` is of ASCII characters, their classes, groups, and * + ? alone. A class that is
// told by what it is not, such as \W and ., is one of all of Unicode: dozens of ranges of bytes,
// and \pL has hundreds. {9} copies what it stands behind.
bool is_plain(std::string_view pattern) {
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    const char next = i + 1 < pattern.size() ? pattern[i + 1] : '\0';
    if (static_cast<unsigned char>(c) >= 0x80 || c == '.' || c == '{') return false;
    if (c == '[' && (next == '^' || next == ':')) return false;
    if (c == '(' && next == '?') return false;  // flags
    if (c != '\\') continue;
    if (!is_punctuation(next)) return false;
    ++i;
  }
  return true;
}

// The bytes of all expressions in `condition`, or more than the most where one is expensive by
// itself.
size_t cost_of(const Condition& condition) {
  size_t cost = 0;
  for (const Condition& child : condition.children) cost += cost_of(child);
  if (condition.kind != Condition::Kind::kComparison) return cost;
  if (condition.op != Operator::kMatch && condition.op != Operator::kImatch) return cost;
  for (const std::string& pattern : condition.operands)
    cost += is_plain(pattern) ? pattern.size() : kMostPatternBytes + 1;
  return cost;
}

size_t cost_of(const Read& read) {
  size_t cost = cost_of(read.where);
  for (const Embed& embed : read.embeds) cost += cost_of(embed.read);
  return cost;
}

}  // namespace

bool has_expensive_patterns(const Read& read) { return cost_of(read) > kMostPatternBytes; }

}  // namespace prodev::query
