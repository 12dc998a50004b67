// What tables are compared by, in the databases that are attached to a connection ("main" is its
// own).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "db/connection.h"

namespace prodev::db {

// The columns that hold values of their own, in order: not generated, not hidden.
base::Result<std::vector<std::string>> columns_of(Connection& connection, std::string_view schema,
                                                  std::string_view table);

// The columns of the primary key, in its order; none where there is none.
base::Result<std::vector<std::string>> key_of(Connection& connection, std::string_view schema,
                                              std::string_view table);

}  // namespace prodev::db
