#include "access/expression.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>

#include "access/statement.h"
#include "access/token_cursor.h"
#include "config/nearest.h"
#include "db/errors.h"
#include "db/sql_tokens.h"
#include "text/ascii.h"

namespace prodev::access {
namespace {

using Kind = db::SqlToken::Kind;
using Tokens = std::vector<db::SqlToken>;

constexpr std::array<std::string_view, 3> kFunctions = {"UID", "ROLE", "JWT"};

db::StatementResult<void> check_parameter(const Tokens& tokens, size_t at) {
  const db::SqlToken& token = tokens[at];
  const bool is_cast = token.text.starts_with(':') && at > 0 && tokens[at - 1].is(':') &&
                       tokens[at - 1].offset + 1 == token.offset;
  if (is_cast)
    return fail_at(tokens[at - 1].offset, "SQLite has no :: casts: write CAST(value AS type)");
  return fail_at(token.offset,
                 "an expression of a policy cannot have parameters: use auth.uid(), auth.role() or "
                 "auth.jwt()");
}

// Where SQLite reads the tokens in another way than we do, or would not read them at all.
db::StatementResult<void> check_token(const Tokens& tokens, size_t at) {
  const db::SqlToken& token = tokens[at];
  switch (token.kind) {
    case Kind::kUnfinished:
      return fail_at(token.offset, token.text.starts_with("/*") ? "this comment has no end"
                                                                : "this quote has no end");
    case Kind::kParameter:
      return check_parameter(tokens, at);
    case Kind::kNumber:
      if (token.text.ends_with('-') || token.text.ends_with('+'))
        return fail_at(token.offset, "this number is not finished");
      return {};
    case Kind::kPunctuation:
      if (token.is(';')) return fail_at(token.offset, "an expression cannot hold a semicolon");
      if (token.text[0] == '#' || (token.text[0] >= 0 && token.text[0] < ' '))
        return fail_at(token.offset, "this character has no meaning here");
      return {};
    default:
      return {};
  }
}

db::StatementResult<Tokens> tokens_of(std::string_view source) {
  if (source.size() > kMaxExpressionBytes) return fail_at(0, "the expression is too long");
  Tokens tokens;
  db::SqlTokens text(source);
  std::vector<size_t> open;
  for (db::SqlToken token = text.next(); token.kind != Kind::kEnd; token = text.next()) {
    tokens.push_back(token);
    TRY(check_token(tokens, tokens.size() - 1));
    if (token.is('(')) open.push_back(token.offset);
    if (!token.is(')')) continue;
    if (open.empty()) return fail_at(token.offset, "this parenthesis was not opened");
    open.pop_back();
  }
  if (!open.empty()) return fail_at(open.back(), "this parenthesis is not closed");
  if (tokens.empty()) return fail_at(0, "the expression is empty: write true for every row");
  for (const char* word : {"SELECT", "VALUES", "WITH"}) {
    if (tokens[0].is_word(word))
      return fail_at(tokens[0].offset, "a subquery needs parentheses of its own");
  }
  return tokens;
}

// The number of the parameter for auth.<name>() at tokens[at]; 0: something else.
db::StatementResult<size_t> auth_parameter(const Tokens& tokens, size_t at) {
  const bool is_call = tokens[at].is_word("AUTH") && at + 3 < tokens.size() &&
                       tokens[at + 1].is('.') && tokens[at + 2].kind == Kind::kWord &&
                       tokens[at + 3].is('(') && !(at > 0 && tokens[at - 1].is('.'));
  if (!is_call) return 0;
  const db::SqlToken& name = tokens[at + 2];
  for (size_t i = 0; i < kFunctions.size(); ++i) {
    if (!name.is_word(kFunctions[i])) continue;
    if (tokens[at + 4].is(')')) return i + 1;
    return fail_at(tokens[at + 4].offset,
                   "auth." + std::string(name.text) + "() takes no argument");
  }
  const std::string meant = config::nearest(name.text, {"uid", "role", "jwt"});
  return fail_at(name.offset,
                 "there is no auth." + std::string(name.text) + "(): " +
                     (meant.empty() ? "there are auth.uid(), auth.role() and auth.jwt()"
                                    : "did you mean auth." + meant + "()?"));
}

// For as long as it lives, "x" is a name and never a string.
class NamesOnly {
 public:
  explicit NamesOnly(sqlite3* handle) : handle_(handle) {
    ::sqlite3_db_config(handle_, SQLITE_DBCONFIG_DQS_DML, -1, &before_);
    ::sqlite3_db_config(handle_, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  }
  ~NamesOnly() { ::sqlite3_db_config(handle_, SQLITE_DBCONFIG_DQS_DML, before_, nullptr); }
  NamesOnly(const NamesOnly&) = delete;
  NamesOnly& operator=(const NamesOnly&) = delete;

 private:
  sqlite3* handle_;
  int before_ = 1;
};

}  // namespace

size_t LoweredExpression::source_offset(size_t offset) const {
  size_t source = 0;
  for (const Origin& origin : origins) {
    if (origin.sql > offset) break;
    source = origin.source;
  }
  return source;
}

db::StatementResult<LoweredExpression> lower_expression(std::string_view source) {
  TRY_ASSIGN(const Tokens tokens, tokens_of(source));
  LoweredExpression lowered;
  size_t end = tokens[0].offset;  // of the token before, in the source
  for (size_t i = 0; i < tokens.size(); ++i) {
    TRY_ASSIGN(const size_t parameter, auth_parameter(tokens, i));
    if (tokens[i].offset > end) lowered.sql += ' ';
    lowered.origins.push_back({lowered.sql.size(), tokens[i].offset});
    if (parameter == 0) {
      lowered.sql += tokens[i].text;
    } else {
      // The space keeps a digit that follows out of the number.
      lowered.sql += '?' + std::to_string(parameter) + ' ';
      lowered.uses_identity |= parameter != 2;
      i += 4;
    }
    end = tokens[i].offset + tokens[i].text.size();
  }
  return lowered;
}

db::StatementResult<void> check_expression(db::Connection& connection, std::string_view table,
                                           const LoweredExpression& expression) {
  std::string sql = "SELECT 1 FROM ";
  db::append_name(sql, table);
  sql += " WHERE (";
  const size_t start = sql.size();
  sql += expression.sql + ")";
  const NamesOnly names_only(connection.handle());
  sqlite3_stmt* prepared = nullptr;
  const int code = ::sqlite3_prepare_v2(connection.handle(), sql.data(),
                                        static_cast<int>(sql.size()), &prepared, nullptr);
  const db::Statement statement(prepared);
  if (code == SQLITE_OK) return {};
  const auto offset = static_cast<size_t>(
      std::max(::sqlite3_error_offset(connection.handle()) - static_cast<int>(start), 0));
  return tl::make_unexpected(
      db::StatementError({db::code_of(code), ::sqlite3_errmsg(connection.handle())},
                         expression.source_offset(offset)));
}

}  // namespace prodev::access
