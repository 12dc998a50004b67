// What a JSON value holds, as PostgreSQL's jsonb operators say it. Each value is read once; what it
// takes of memory, some 20 bytes for each value within it, is counted as the statement's.
//
// Nothing here fails: text that is not JSON holds nothing. std::bad_alloc: the statement may take
// no more memory.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace prodev::query {

// Asked again and again while it works, with the work since the last time, in nanoseconds at worst:
// true ends it.
using EndsWork = std::function<bool(uint64_t steps)>;

// Whether `json` holds `part` (PostgreSQL, jsonb Containment): an object its members, an array its
// elements in any order, a value itself, and an array a single value. `loose`: the elements of
// `part` are texts that stand for values of any type, and an empty array or object holds either.
// nullopt: it was ended, here and below.
std::optional<bool> json_contains(std::string_view json, std::string_view part, bool loose,
                                  const EndsWork& ends);

// Whether two arrays have an element in common. `loose` as above, for those of `other`.
std::optional<bool> json_overlaps(std::string_view json, std::string_view other, bool loose,
                                  const EndsWork& ends);

}  // namespace prodev::query
