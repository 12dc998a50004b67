// The paths of functions, /rest/v1/rpc/NAME.
#pragma once

#include <string_view>
#include <vector>

#include "catalog/function.h"
#include "openapi/components.h"
#include "records/schema.h"
#include "text/json_writer.h"

namespace prodev::openapi {

constexpr std::string_view kFunctionsTag = "Functions";

// Functions of one name, which a call chooses among by its arguments.
using Overloads = std::vector<const catalog::Function*>;

// Those that `role` may call by name, by name. Functions of a row are not called: they are columns.
// Views of `schema`.
std::vector<Overloads> functions_of(const records::Schema& schema, std::string_view role);

// Writes the path of `functions` as a member of the paths object: POST, and GET when one of them
// only reads. Adds the schemas of results, filters and responses to `components`.
void write_function_path(text::JsonWriter& out, Components& components, Names& schema_names,
                         Names& operation_names, const Overloads& functions);

}  // namespace prodev::openapi
