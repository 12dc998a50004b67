// The numbers that a table has given to rows (AUTOINCREMENT, sqlite.org/autoinc): none is given
// twice, also by a table that is made anew.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "db/connection.h"

namespace prodev::statements {

// The largest number that `table` has given; 0: it keeps no count.
base::Result<int64_t> last_number(db::Connection& connection, std::string_view table);

// `table` gives none up to `number`. Nothing happens when it keeps no count.
base::Result<void> pass_numbers(db::Connection& connection, std::string_view table, int64_t number);

}  // namespace prodev::statements
