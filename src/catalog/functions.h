// Reading functions from the system tables.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/function.h"
#include "catalog/function_definition.h"
#include "db/connection.h"

namespace prodev::catalog {

// Every function that fits the tables of `catalog`, by name; of those that do not, a sentence goes
// to `problems`. Empty without system tables.
base::Result<std::vector<Function>> load_functions(db::Connection& connection,
                                                   const Catalog& catalog,
                                                   std::vector<std::string>& problems);

// Every function as it was written, whether it fits or not. The system tables must exist.
base::Result<std::vector<FunctionDefinition>> load_definitions(db::Connection& connection);

}  // namespace prodev::catalog
