// About how many rows a read would find, from what the catalog knows of tables
// and indexes: for counts that need not be exact.
#pragma once

#include <cstdint>
#include <string>

#include "catalog/catalog.h"
#include "query/ast.h"
#include "query/lower.h"

namespace prodev::records {

// The SQL that finds the largest rowid, which is about the number of rows where
// ANALYZE has not been; empty: the table has none.
std::string largest_rowid_sql(const catalog::Table& table);

// Whether the rows of `table` may be estimated at all: statistics are of all rows, and where
// `guard` hides some they would tell how many. Of a view, or a virtual table, there are none.
bool may_estimate(const catalog::Table& table, const query::Guard& guard);

// How many of the `rows` rows of `table` pass `where`. Filters count as
// independent of each other, and shares that no index tells of are PostgreSQL's
// defaults (selfuncs.h).
uint64_t estimate_rows(const catalog::Table& table, const query::Condition& where, uint64_t rows);

}  // namespace prodev::records
