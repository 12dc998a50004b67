// The path of a table or view, /rest/v1/NAME, and its operations.
#pragma once

#include "openapi/components.h"
#include "openapi/relations.h"
#include "text/json_writer.h"

namespace prodev::openapi {

// Writes the path as a member of the paths object, with an operation for each verb that the role
// may use, and adds the schemas and filters of the table to `components`.
void write_table_path(text::JsonWriter& out, Components& components, Names& schema_names,
                      Names& operation_names, const Relation& relation);

}  // namespace prodev::openapi
