// The components that do not depend on the schema: parameters, responses, errors, security schemes.
#pragma once

#include <span>
#include <string_view>

namespace prodev::openapi {

struct SharedPart {
  std::string_view section;
  std::string_view name;
  std::string_view json;
};

std::span<const SharedPart> shared_parts();

// The query parameters of shared_parts(), by the names that clients write: a column that is called
// so cannot be filtered by.
bool is_parameter_name(std::string_view name);

}  // namespace prodev::openapi
