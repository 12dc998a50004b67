// Looking into JSON text: paths, comparison and containment, as PostgreSQL's jsonb operators do.
//
// Nothing here fails: text that is not JSON holds nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace prodev::query {

// A member's name, or an index of an array (below 0: from its end).
struct PathStep {
  std::string_view key;
  int64_t index = 0;
  bool is_index = false;
};

// The text of the value that one step leads to; nullopt: there is none. Of members with the same
// name it is the first.
std::optional<std::string_view> find_in_json(std::string_view json, const PathStep& step);

// `json` without white space between its tokens.
std::string compact_json(std::string_view json);

// Asked now and then by what may take long: true ends it.
using GiveUp = std::function<bool()>;

// Whether `json` holds `part` (PostgreSQL, jsonb Containment): an object its members, an array its
// elements in any order, a value itself, and an array a single value. `loose`: the elements of
// `part` are texts that stand for values of any type, and an empty array or object holds either.
// nullopt: given up, here and below.
std::optional<bool> json_contains(std::string_view json, std::string_view part, bool loose,
                                  const GiveUp& give_up);

// Whether two arrays have an element in common. `loose` as above, for those of `other`.
std::optional<bool> json_overlaps(std::string_view json, std::string_view other, bool loose,
                                  const GiveUp& give_up);

}  // namespace prodev::query
