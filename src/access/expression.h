// Expressions of policies: from what a schema file says to SQL that can stand in any statement.
//
// An expression sees the columns of its policy's table, unqualified or qualified with the table's
// own name, and may hold subqueries. Subqueries run with the owner's rights: no policies apply
// inside them, so that a policy may look at rows that its reader may not.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "catalog/caller_sql.h"
#include "db/sql_script.h"
#include "db/sql_tokens.h"

namespace prodev::access {

// Its parentheses are balanced and its quotes closed, so that it cannot reach outside parentheses
// around it.
using LoweredExpression = catalog::CallerSql;

// Offsets of errors (kBadInput) are into `source`. Parameters, an unbalanced parenthesis, a
// semicolon, an unknown function of auth, and a bare SELECT are errors. `stand_in`: what stands for
// a token; empty: the token itself.
db::StatementResult<LoweredExpression> lower_expression(
    std::string_view source, const std::function<std::string(const db::SqlToken&)>& stand_in = {});

// Whether the expression can be used on `table`: its columns and functions exist, and names in
// double quotes are names (SQLite would else take one that it does not know for a string).
// Functions of the application must be registered on `connection`, and none of its
// statements may be half-way through its rows: SQLite would abort it. kBadInput for an expression
// that does not fit; other codes when the database cannot be asked.
db::StatementResult<void> check_expression(db::Connection& connection, std::string_view table,
                                           const LoweredExpression& expression);

}  // namespace prodev::access
