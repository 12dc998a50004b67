#include "query/pattern_cost.h"

#include <string_view>

namespace prodev::query {

namespace {

// Of expressions without classes and repetitions, which take less than a microsecond a byte.
constexpr size_t kMostPatternBytes = 256;

// \pL has hundreds of ranges, and {9} copies what it stands behind.
bool multiplies(std::string_view pattern) {
  return pattern.find('{') != std::string_view::npos ||
         pattern.find("\\p") != std::string_view::npos ||
         pattern.find("\\P") != std::string_view::npos ||
         pattern.find("[:") != std::string_view::npos;
}

// The bytes of all expressions in `condition`, or more than the most where one is dear by itself.
size_t cost_of(const Condition& condition) {
  size_t cost = 0;
  for (const Condition& child : condition.children) cost += cost_of(child);
  if (condition.kind != Condition::Kind::kComparison) return cost;
  if (condition.op != Operator::kMatch && condition.op != Operator::kImatch) return cost;
  for (const std::string& pattern : condition.operands)
    cost += multiplies(pattern) ? kMostPatternBytes + 1 : pattern.size();
  return cost;
}

size_t cost_of(const Read& read) {
  size_t cost = cost_of(read.where);
  for (const Embed& embed : read.embeds) cost += cost_of(embed.read);
  return cost;
}

}  // namespace

bool has_dear_patterns(const Read& read) { return cost_of(read) > kMostPatternBytes; }

}  // namespace prodev::query
