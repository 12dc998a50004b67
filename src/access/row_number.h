// The rowid in a policy: of the policy's own table it is no column, so that a row that is only made
// up to be judged has none (sqlite.org, rowidtable). Where it is a column, the INTEGER PRIMARY KEY,
// the policy means that.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/expression.h"
#include "base/result.h"
#include "db/connection.h"
#include "db/sql_tokens.h"

namespace prodev::access {

// The tokens of the expression that say rowid, or another of its names, of the table itself: not of
// one in a subquery.
std::vector<db::SqlToken> find_row_numbers(std::string_view source, std::string_view table);

// The column of `table` that `word`, one of these, stands for; nullopt: it is none, or the table
// has no rowid.
base::Result<std::optional<std::string>> row_number_column(db::Connection& connection,
                                                           const std::string& table,
                                                           const db::SqlToken& word);

// lower_expression() for a policy on `table`, with the column for what find_row_numbers() finds.
db::StatementResult<LoweredExpression> lower_for_table(db::Connection& connection,
                                                       const std::string& table,
                                                       std::string_view source);

}  // namespace prodev::access
