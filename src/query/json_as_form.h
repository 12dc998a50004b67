// JSON that came as a form, as curl's -d sends it: what would be its first name is the JSON.
#pragma once

#include <string_view>

namespace prodev::query {

// The advice to give about a name that nothing has; empty: it does not look like JSON.
constexpr std::string_view advice_about_json(std::string_view name) {
  return name.starts_with('{') || name.starts_with('[')
             ? "This looks like JSON: send it with Content-Type: application/json"
             : "";
}

}  // namespace prodev::query
