// PUT: the upsert of one row by its primary key (docs.postgrest.org, Tables and Views, PUT).
#pragma once

#include "catalog/catalog.h"
#include "query/api_error.h"
#include "query/ast.h"
#include "records/write.h"

namespace prodev::rest {

// PGRST114 for a window; PGRST105 unless the filters are eq of every column of the primary key and
// nothing else.
query::Outcome<void> check_put_filters(const catalog::Table& table, const query::Read& read);

// PGRST115 unless there is one row, with the key that the filters name. After check_put_filters().
query::Outcome<void> check_put_row(const query::Condition& where, const records::NewRows& rows);

}  // namespace prodev::rest
