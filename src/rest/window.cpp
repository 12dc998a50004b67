#include "rest/window.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace prodev::rest {

namespace {

using query::Outcome;

std::optional<uint64_t> parse_number(std::string_view text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && number <= INT64_MAX ? std::optional(number) : std::nullopt;
}

tl::unexpected<query::ApiError> not_satisfiable(std::string_view details) {
  return query::refuse({416, "PGRST103", "Requested range not satisfiable", std::string(details)});
}

}  // namespace

Outcome<uint64_t> parse_bound(std::string_view name, std::string_view value) {
  if (const std::optional<uint64_t> number = parse_number(value)) return *number;
  if (value.starts_with('-') && parse_number(value.substr(1))) {
    if (name == "offset") return 0;
    return not_satisfiable("Limit should be greater than or equal to zero.");
  }
  return query::refuse(
      {400, "PGRST100",
       "\"failed to parse " + std::string(name) + " (" + std::string(value) + ")\"",
       std::string(name) + " takes a whole number, 0 or more"});
}

Outcome<void> apply_range(std::string_view range, query::Read& read) {
  const size_t dash = range.find('-');
  if (dash == std::string_view::npos) return {};
  const std::optional<uint64_t> first = parse_number(range.substr(0, dash));
  const bool open = dash + 1 == range.size();
  const std::optional<uint64_t> last = open ? INT64_MAX : parse_number(range.substr(dash + 1));
  if (!first || !last) return {};
  // What limit and offset leave, as first and last row.
  const uint64_t offset = std::min<uint64_t>(read.offset, INT64_MAX);
  const uint64_t most = read.limit.value_or(INT64_MAX);
  if (most == 0 && *first <= *last) return {};
  const uint64_t end = most >= INT64_MAX - offset ? INT64_MAX : offset + most - 1;
  const uint64_t low = std::max(offset, *first);
  const uint64_t high = std::min(end, *last);
  if (low > high) {
    return not_satisfiable(
        "The lower boundary must be lower than or equal to the upper boundary in the Range "
        "header.");
  }
  read.offset = low;
  if (high < INT64_MAX) read.limit = high - low + 1;
  return {};
}

void cap_rows(query::Read& read, uint64_t max_rows) {
  if (max_rows > 0) read.limit = std::min(read.limit.value_or(max_rows), max_rows);
}

}  // namespace prodev::rest
