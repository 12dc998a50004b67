// What storing does to a value: a column's affinity (sqlite.org, datatype3
// section 3) as an SQL function, for rows that stand in no table.
//
//   _as_stored(value, affinity)   the value as a column of that affinity holds
//   it; affinity is one
//                                 of 'integer', 'numeric', 'real', 'text'
#pragma once

#include <string_view>

#include "base/result.h"
#include "catalog/catalog.h"
#include "db/connection.h"

namespace prodev::query {

// What affinity_of() says of declared types that say nothing else: the text of a number becomes
// one.
inline constexpr std::string_view kNumericAffinity = "numeric";

// The affinity of a table's column; empty: values are stored as they are.
std::string_view affinity_of(const catalog::Column& column);

base::Result<void> register_stored_form(db::Connection& connection);

}  // namespace prodev::query
