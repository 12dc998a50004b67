// The types of a database for TypeScript, in the shape that supabase-js takes as the parameter of
// createClient<Database>().
#pragma once

#include <string>
#include <string_view>

#include "records/schema.h"

namespace prodev::openapi {

// A module that exports Json and Database, with the tables, views and columns that `role` may use.
std::string make_typescript(const records::Schema& schema, std::string_view role);

}  // namespace prodev::openapi
