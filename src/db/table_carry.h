// The merge of one table's rows: of one that keeps its rows itself.
#pragma once

#include "base/result.h"
#include "db/connection.h"
#include "db/row_carry.h"
#include "db/table_shape.h"

namespace prodev::db {

// The same table in the three states.
struct TableStates {
  const TableShape& was;
  const TableShape& is;
  const TableShape& target;
};

base::Result<CarriedRows> carry_table(Connection& target, const TableStates& states);

}  // namespace prodev::db
