// Which columns of a SELECT have, in each row, what a table has stored.
#pragma once

#include <vector>

#include "catalog/catalog.h"
#include "db/row_statement.h"

namespace prodev::catalog {

// Whether `table` has stored the values of its `column`, or an index has, so that they can be read
// without computing them. What STORED says is not known, so that an index alone tells of generated
// columns.
bool is_stored(const Table& table, const Column& column);

// Notes in Column::shown_as_stored of `columns`, in their order, which columns of `select` show
// those of one of `tables`. `plan`: EXPLAIN QUERY PLAN of the same SELECT.
base::Result<void> note_stored(const db::RowStatement& select, db::RowStatement& plan,
                               const std::vector<Table>& tables, std::vector<Column>& columns);

}  // namespace prodev::catalog
