// The rowid of a table's rows (sqlite.org, rowidtable), which a declared column
// may hide or be.
#pragma once

#include <string_view>

#include "catalog/catalog.h"

namespace prodev::catalog {

// A name for it; empty: it has none, or columns have taken them all.
std::string_view rowid_name(const Table& table);

// Whether `column`, one of `table`, is the rowid: an INTEGER PRIMARY KEY, or
// the hidden one of a table without a key.
bool is_rowid(const Table& table, const Column& column);

}  // namespace prodev::catalog
