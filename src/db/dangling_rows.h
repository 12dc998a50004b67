// Rows that refer to rows which were not carried over (row_carry.h).
#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "db/connection.h"
#include "db/reference_check.h"
#include "db/row_carry.h"

namespace prodev::db {

// By the table's name in lower case.
using CarriedTables = std::map<std::string, CarriedRows>;

// Removes the rows whose references lead nowhere and did not `before`, then those that refer to
// these, and counts them as lost.
base::Result<void> remove_dangling_rows(Connection& target, const References& before,
                                        CarriedTables& carried);

}  // namespace prodev::db
