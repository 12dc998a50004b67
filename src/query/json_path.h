// Looking into JSON text by paths, as PostgreSQL's jsonb operators do.
//
// Nothing here fails: text that is not JSON holds nothing.
#pragma once

#include <cstdint>
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

}  // namespace prodev::query
