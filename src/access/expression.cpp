#include "access/expression.h"

#include <sqlite3.h>

#include <algorithm>

#include "access/statement.h"
#include "db/client_rules.h"
#include "db/errors.h"
#include "db/foreign_spellings.h"
#include "db/quoted_texts.h"
#include "db/row_statement.h"

namespace prodev::access {
namespace {

using catalog::fail_sql;
using catalog::SqlTokenList;
using Kind = db::SqlToken::Kind;

tl::unexpected<db::StatementError> refuse_parameter(const SqlTokenList& tokens, size_t at) {
  const db::SqlToken& token = tokens[at];
  if (std::optional<db::Explanation> other = db::explain_parameter(tokens, at))
    return fail_sql(other->offset, std::move(other->message));
  return fail_sql(token.offset,
                  "an expression of a policy cannot have parameters: use auth.uid(), auth.role() "
                  "or auth.jwt()");
}

// Leaves every token as it is.
db::StatementResult<catalog::Replacement> check_token(const SqlTokenList& tokens, size_t at) {
  if (tokens[at].kind == Kind::kParameter) return refuse_parameter(tokens, at);
  if (tokens[at].is(';'))
    return fail_sql(tokens[at].offset, "an expression cannot hold a semicolon");
  return catalog::Replacement{};
}

}  // namespace

db::StatementResult<LoweredExpression> lower_expression(
    std::string_view source, const std::function<std::string(const db::SqlToken&)>& stand_in) {
  if (source.size() > kMaxExpressionBytes) return fail_sql(0, "the expression is too long");
  TRY_ASSIGN(const SqlTokenList tokens, catalog::read_tokens(source));
  if (tokens.empty()) return fail_sql(0, "the expression is empty: write true for every row");
  for (const char* word : {"SELECT", "VALUES", "WITH"}) {
    if (tokens[0].is_word(word))
      return fail_sql(tokens[0].offset, "a subquery needs parentheses of its own");
  }
  const auto replace = [&](const SqlTokenList& all,
                           size_t at) -> db::StatementResult<catalog::Replacement> {
    TRY_ASSIGN(catalog::Replacement replacement, check_token(all, at));
    std::string other = stand_in ? stand_in(all[at]) : std::string();
    return other.empty() ? replacement : catalog::Replacement{1, std::move(other)};
  };
  return catalog::lower_tokens(tokens, 0, tokens.size(), replace);
}

db::StatementResult<void> check_expression(db::Connection& connection, std::string_view table,
                                           const LoweredExpression& expression) {
  std::string sql = "SELECT 1 FROM ";
  db::append_name(sql, table);
  sql += " WHERE (";
  const size_t start = sql.size();
  sql += expression.sql + ")";
  const db::ClientScope as_client(connection);
  sqlite3_stmt* prepared = nullptr;
  const int code = ::sqlite3_prepare_v2(connection.handle(), sql.data(),
                                        static_cast<int>(sql.size()), &prepared, nullptr);
  const db::RowStatement statement(prepared);
  if (code == SQLITE_OK) return {};
  const auto offset = static_cast<size_t>(
      std::max(::sqlite3_error_offset(connection.handle()) - static_cast<int>(start), 0));
  const std::string message = ::sqlite3_errmsg(connection.handle());
  return tl::make_unexpected(db::StatementError(
      {db::code_of(code), message + db::quoted_text_advice(expression.sql, message)},
      expression.source_offset(offset)));
}

}  // namespace prodev::access
