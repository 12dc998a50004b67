// Full-text tables that keep no text of their own, in the merge of row_carry.h.
#pragma once

#include "base/result.h"
#include "db/connection.h"
#include "db/row_carry.h"
#include "db/table_carry.h"

namespace prodev::db {

// Of a table without any text (content=''). Its index cannot be read as rows, so it is carried as
// it is, and only where the file, done anew, has made the same index as before.
base::Result<CarriedRows> carry_text_index(Connection& target, const TableStates& states);

// How many rows were written into the index, at least.
base::Result<int64_t> changed_in_index(Connection& connection, const TableShape& was,
                                       const TableShape& is);

// Indexes anew what the table with the text has now.
base::Result<void> rebuild_text_index(Connection& target, const TableShape& index);

}  // namespace prodev::db
