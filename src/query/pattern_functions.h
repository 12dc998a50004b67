// The SQL functions that compare a text with a pattern, and look for one text in another.
//
//   like(pattern, text[, escape])  what the operators LIKE and GLOB call, for clients and in the
//   SQL glob(pattern, text)            of the schema; as SQLite's own, but they end at the
//   deadline. No
//                                  index serves them: lowered filters name the range beside them
//   instr(text, part)              as SQLite's own, in time that grows with the lengths' sum
//   _match(pattern, text)          a regular expression (regular_expression.h)
//   _imatch(pattern, text)         the same, in any case
#pragma once

#include "base/result.h"
#include "db/connection.h"

namespace prodev::query {

base::Result<void> register_pattern_functions(db::Connection& connection);

}  // namespace prodev::query
