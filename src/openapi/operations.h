// What the operations on tables and on functions have in common.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"
#include "openapi/components.h"
#include "text/json_writer.h"

namespace prodev::openapi {

struct Status {
  std::string_view code;
  std::string_view response;  // the name of a component
};

// Adds a filter parameter for each of `columns`, but for those that are called like another
// parameter. The names of the components.
std::vector<std::string> add_filters(Components& components, const std::string& schema,
                                     const std::vector<const catalog::Column*>& columns);

// Adds the response `name`: rows in each of their media types. `rows` is the JSON Schema of the
// whole, `row` of one of them.
void add_rows_response(Components& components, const std::string& name, std::string_view rows,
                       std::string_view row);

// {"$ref":...} as text, for the two above.
std::string reference_to(std::string_view section, std::string_view name);

// Writes the member responses: `own`, and the refusals that any operation on rows may answer.
void write_responses(text::JsonWriter& out, Components& components, const std::vector<Status>& own);

}  // namespace prodev::openapi
