#include "cli/sql_session.h"

#include <sqlite3.h>

#include <limits>
#include <ostream>

#include "base/clock.h"
#include "cli/sql_words.h"
#include "config/settings_table.h"
#include "db/deadline.h"
#include "db/foreign_spellings.h"
#include "db/own_names.h"
#include "db/postgres_calls.h"
#include "db/prompt_rules.h"
#include "db/schema_statement.h"
#include "db/script_errors.h"
#include "query/sql_functions.h"

namespace prodev::cli {
namespace {

using base::Code;
using base::Result;
using db::StatementResult;

constexpr const char* kNoParameters =
    " would be a parameter, and nobody is there to give its value: write the value, text in single "
    "quotes";

StatementResult<void> check_tokens(const db::SqlTokenList& tokens) {
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (std::optional<db::Explanation> other = db::explain_parameter(tokens, i))
      return db::fail_statement_at(other->offset, std::move(other->message));
    if (tokens[i].kind == db::SqlToken::Kind::kParameter)
      return db::fail_statement_at(tokens[i].offset, std::string(tokens[i].text) + kNoParameters);
    if (std::string refused = db::refused_own_name(tokens, i); !refused.empty())
      return db::fail_statement_at(tokens[i].offset, std::move(refused));
  }
  return {};
}

std::vector<std::string> column_names(const db::RowStatement& statement) {
  std::vector<std::string> names;
  for (int i = 0; i < statement.column_count(); ++i)
    names.push_back(db::as_written(::sqlite3_column_name(statement.handle(), i)));
  return names;
}

int64_t deadline_ns(int64_t timeout_ms) {
  if (timeout_ms == 0) return std::numeric_limits<int64_t>::max();
  return base::monotonic_ns() + timeout_ms * 1'000'000;
}

// What SQLite calls an interruption, and what it cannot know.
base::Error explain(const base::Error& error, std::string refusal, int64_t timeout_ms) {
  if (!refusal.empty()) return {Code::kBadInput, std::move(refusal)};
  if (error.code == Code::kTimeout) {
    return {error.code, "it was ended after " +
                            config::amount_text(timeout_ms, config::Unit::kMilliseconds) +
                            ": --timeout gives it more time"};
  }
  if (error.code == Code::kBusy) {
    return {error.code, "others have been writing for so long that it was given up: try it again"};
  }
  return error;
}

}  // namespace

size_t next_statement(std::string_view sql, size_t at) {
  for (db::SqlTokens tokens(sql, at);;) {
    const db::SqlToken token = tokens.next();
    if (token.kind == db::SqlToken::Kind::kEnd) return sql.size();
    if (!token.is(';')) return token.offset;
  }
}

Result<SqlSession> SqlSession::start(db::Connection connection, const SqlOptions& options,
                                     std::ostream& out) {
  ::sqlite3_limit(connection.handle(), SQLITE_LIMIT_ATTACHED, 0);
  TRY(query::register_functions(connection));
  return SqlSession(std::move(connection), options, out);
}

Result<void> SqlSession::run_script(std::string_view sql, const std::string& name) {
  if (!options_.may_write) return run_statements(sql, name);
  TRY(control("BEGIN IMMEDIATE"));
  Result<void> ran = run_statements(sql, name);
  if (ran) ran = control("COMMIT");
  if (ran) return {};
  // Not an error: what ends a statement may have ended the transaction.
  if (::sqlite3_get_autocommit(connection_.handle()) == 0) (void)connection_.execute("ROLLBACK");
  return base::fail(ran.error().code, ran.error().message + ": nothing was changed");
}

Result<void> SqlSession::control(const char* statement) {
  const Result<void> ran = connection_.execute(statement);
  if (ran) return {};
  return tl::make_unexpected(explain(ran.error(), {}, options_.timeout_ms));
}

Result<void> SqlSession::run_statements(std::string_view sql, const std::string& name) {
  for (size_t start = next_statement(sql, 0); start < sql.size();) {
    const size_t end = db::statement_end(sql, start);
    TRY(run_statement(sql, name, start, end));
    start = next_statement(sql, end);
  }
  return {};
}

Result<void> SqlSession::run_statement(std::string_view sql, const std::string& name, size_t start,
                                       size_t end) {
  const StatementResult<void> ran = run(sql.substr(start, end - start));
  if (ran) return {};
  return tl::make_unexpected(db::located({sql, name}, start, ran.error()));
}

StatementResult<void> SqlSession::run(std::string_view source) {
  if (const std::string_view sentence = refused_word(source); !sentence.empty())
    return db::fail_statement_at(0, std::string(sentence));
  TRY(check_tokens(db::tokens_of(source)));
  TRY_ASSIGN(const db::SchemaStatement made, db::make_schema_statement(source));
  db::PromptRules rules(connection_, options_.may_write);
  const db::Deadline deadline(connection_, deadline_ns(options_.timeout_ms));
  const auto failed = [&] {
    db::StatementError error = db::sqlite_error(connection_.handle(), source, made);
    error.error = explain(error.error, rules.take_refusal(), options_.timeout_ms);
    return tl::make_unexpected(std::move(error));
  };
  sqlite3_stmt* prepared = nullptr;
  const int code = ::sqlite3_prepare_v2(connection_.handle(), made.sql.data(),
                                        static_cast<int>(made.sql.size()), &prepared, nullptr);
  db::RowStatement statement(prepared);
  if (code != SQLITE_OK) return failed();
  if (prepared == nullptr) return {};  // white space and comments
  Result<bool> row = statement.step();
  print(statement, row);
  if (!row) return failed();
  return {};
}

// `row`: of the first step; in the end of the last.
void SqlSession::print(db::RowStatement& statement, Result<bool>& row) {
  if (!row) return;
  if (statement.column_count() == 0) {
    const bool changes = ::sqlite3_stmt_readonly(statement.handle()) == 0;
    if (!changes) return;
    const uint64_t rows = connection_.changed_rows();
    if (options_.format == ResultFormat::kTable) {
      *out_ << rows << (rows == 1 ? " row changed\n" : " rows changed\n");
    } else {
      unsaid_changes_ = unsaid_changes_.value_or(0) + rows;
    }
    return;
  }
  const auto writer = make_result_writer(options_.format, column_names(statement), *out_);
  for (; row && *row; row = statement.step()) writer->add(statement);
  if (row) writer->finish();
}

}  // namespace prodev::cli
