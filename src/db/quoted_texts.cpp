#include "db/quoted_texts.h"

#include <sqlite3.h>

#include "db/row_statement.h"
#include "db/small_queries.h"
#include "db/sql_tokens.h"

namespace prodev::db {

namespace {

void set_quoted_texts(Connection& connection, int allowed) {
  ::sqlite3_db_config(connection.handle(), SQLITE_DBCONFIG_DQS_DML, allowed, nullptr);
  ::sqlite3_db_config(connection.handle(), SQLITE_DBCONFIG_DQS_DDL, allowed, nullptr);
}

bool is_in_double_quotes(const SqlToken& token) {
  return token.kind == SqlToken::Kind::kQuotedName && token.text.starts_with('"');
}

// The CREATE TABLE of `table` for a table of another name, so that it can be prepared.
base::Result<std::string> definition_again(Connection& connection, std::string_view table) {
  TRY_ASSIGN(const std::vector<std::string> found,
             load_strings(connection,
                          "SELECT substr(sql, instr(sql, '(')) FROM main.sqlite_schema"
                          " WHERE type = 'table' AND name = ?1 COLLATE NOCASE",
                          {table}));
  return found.empty() ? std::string() : "CREATE TABLE temp._prodev_again " + found.front();
}

}  // namespace

std::string in_single_quotes(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) quoted.append(c == '\'' ? 2 : 1, c);
  return quoted + "'";
}

void forbid_quoted_texts(Connection& connection) { set_quoted_texts(connection, 0); }

QuotedTextsScope::QuotedTextsScope(Connection& connection) : connection_(connection) {
  set_quoted_texts(connection_, 1);
}

QuotedTextsScope::~QuotedTextsScope() { set_quoted_texts(connection_, 0); }

std::string quoted_text_advice(std::string_view sql, std::string_view message) {
  constexpr std::string_view kNoColumn = "no such column: ";
  const size_t at = message.rfind(kNoColumn);
  if (at == std::string_view::npos) return {};
  const std::string_view name = message.substr(at + kNoColumn.size());
  const SqlTokenList tokens = tokens_of(sql);
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (!is_in_double_quotes(tokens[i]) || tokens[i].value() != name) continue;
    const bool is_qualified =
        (i > 0 && tokens[i - 1].is('.')) || (i + 1 < tokens.size() && tokens[i + 1].is('.'));
    const bool is_set = i > 0 && tokens[i - 1].is_word("SET");
    if (!is_qualified && !is_set)
      return ": text stands in single quotes: " + in_single_quotes(name);
  }
  return {};
}

StatementResult<void> check_added_column(Connection& connection, std::string_view source) {
  const SqlTokenList tokens = tokens_of(source);
  size_t table = 2;
  if (tokens.size() > 5 && tokens[3].is('.')) table = 4;
  if (tokens.size() < table + 3 || !tokens[table + 1].is_word("ADD")) return {};
  const auto again = definition_again(connection, tokens[table].value());
  if (!again) return tl::make_unexpected(StatementError(again.error()));
  sqlite3_stmt* prepared = nullptr;
  const int code = ::sqlite3_prepare_v2(connection.handle(), again->data(),
                                        static_cast<int>(again->size()), &prepared, nullptr);
  const RowStatement statement(prepared);
  if (code == SQLITE_OK) return {};
  const std::string message = ::sqlite3_errmsg(connection.handle());
  const std::string advice = quoted_text_advice(source, message);
  // Anything else was there before.
  if (advice.empty()) return {};
  return fail_statement_at(0, message + advice);
}

}  // namespace prodev::db
