// The body of a function: from what its author wrote to statements that can be prepared.
#pragma once

#include <vector>

#include "catalog/caller_sql.h"
#include "catalog/function_definition.h"

namespace prodev::catalog {

struct LoweredBody {
  std::vector<CallerSql> statements;  // with NULL in place of a row's columns
  RowBody row_body;                   // of a function of a row
};

// Cuts the body at its semicolons; puts ?4, ?5, ... in place of :name and $1. A function of a row
// of `row_table` (null: not one) names its columns argument.column, $1.column or, without a name
// for the argument, table.column. Offsets of errors (kBadInput) are into the body.
db::StatementResult<LoweredBody> lower_body(const FunctionDefinition& definition,
                                            const Table* row_table);

}  // namespace prodev::catalog
