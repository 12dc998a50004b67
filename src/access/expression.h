// Expressions of policies: from what a schema file says to SQL that can stand in any statement.
//
// An expression sees the columns of its policy's table, unqualified or qualified with the table's
// own name, and may hold subqueries. Subqueries run with the owner's rights: no policies apply
// inside them, so that a policy may look at rows that its reader may not.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "db/sql_script.h"

namespace prodev::access {

struct LoweredExpression {
  // Without comments and line ends (but those in strings). ?1 stands for auth.uid() (text; NULL
  // without a user), ?2 for auth.role() (text), ?3 for auth.jwt() (JSON text of the claims). Its
  // parentheses are balanced and its quotes closed, so that it cannot reach outside parentheses
  // around it.
  std::string sql;
  bool uses_identity = false;  // has ?1 or ?3

  // Where a byte of `sql` was in the source.
  size_t source_offset(size_t offset) const;

  struct Origin {
    size_t sql = 0;
    size_t source = 0;
  };
  std::vector<Origin> origins;  // of each token
};

// Offsets of errors (kBadInput) are into `source`. Parameters, an unbalanced parenthesis, a
// semicolon, an unknown function of auth, and a bare SELECT are errors.
db::StatementResult<LoweredExpression> lower_expression(std::string_view source);

// Whether the expression can be used on `table`: its columns and functions exist, and names in
// double quotes are names (SQLite would else take one that it does not know for a string).
// Functions of the application must be registered on `connection`, and none of its
// statements may be half-way through its rows: SQLite would abort it. kBadInput for an expression
// that does not fit; other codes when the database cannot be asked.
db::StatementResult<void> check_expression(db::Connection& connection, std::string_view table,
                                           const LoweredExpression& expression);

}  // namespace prodev::access
