// The SQL functions that lowered statements call. SQLite's own json_object() and json_group_array()
// know neither booleans nor blobs of our columns and parse what is nested again.
//
//   _json_row(shape, value...)    an object of the values, as text
//   _json_rows(shape, value...)   an aggregate: the array of such objects; [] of no rows;
//                                 beyond 16 MiB an error (SQLITE_TOOBIG)
//   _only_row(value, name)        an aggregate: the value of the only row; NULL of no row, and of
//                                 more an error that names where they are from
//   _json_value(json, step...)    the value at a path as JSON text without white space; NULL: there
//                                 is none. A step is a member's name (text) or an index (integer).
//   _json_text(json, step...)     the same, a string without its quotes; NULL for null
//   _json_key(json, step...)      the same as a value that compares: numbers as such, strings as
//                                 text; null below, then booleans, arrays and objects above all
//   _json_contains(a, b, loose)   whether the JSON value a holds b, as PostgreSQL's jsonb @> does;
//                                 loose: values of b's arrays may be of another type
//   _json_overlaps(a, b, loose)   whether two arrays have an element in common
//
// and those of pattern_functions.h and time_functions.h.
#pragma once

#include <string_view>

#include "base/result.h"
#include "db/connection.h"

namespace prodev::query {

// How _only_row() begins its error; the name follows.
inline constexpr std::string_view kSeveralRows = "several rows of ";

// For every connection on which lowered statements run.
base::Result<void> register_functions(db::Connection& connection);

}  // namespace prodev::query
