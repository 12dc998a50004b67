#include "db/sql_script.h"

#include <sqlite3.h>

#include <algorithm>
#include <vector>

#include "db/foreign_spellings.h"
#include "db/quoted_texts.h"
#include "db/row_statement.h"
#include "db/schema_statement.h"
#include "db/script_errors.h"
#include "db/sql_comments.h"

namespace prodev::db {

namespace {

// Skips white space and comments, so that an error points at a statement's first word.
size_t statement_start(std::string_view sql, size_t at) {
  for (;;) {
    while (at < sql.size() && std::string_view(" \t\r\n;").find(sql[at]) != std::string_view::npos)
      ++at;
    size_t end = at;
    if (sql.substr(at, 2) == "--") end = sql.find('\n', at);
    if (sql.substr(at, 2) == "/*") {
      end = sql.find("*/", at + 2);
      if (end != std::string_view::npos) end += 2;
    }
    if (end == at) return at;
    if (end == std::string_view::npos) return sql.size();
    at = end;
  }
}

// A statement that transactions are made of would end the one that the script runs in.
bool is_transaction_control(std::string_view statement) {
  std::string word;
  for (const char c : statement.substr(0, 9)) {
    if ((c < 'a' || c > 'z') && (c < 'A' || c > 'Z')) break;
    word += static_cast<char>(c | 0x20);
  }
  return word == "begin" || word == "commit" || word == "end" || word == "rollback";
}

// One statement of a script, from its first word to before its `;`.
struct Span {
  size_t start = 0;
  size_t end = 0;
};

tl::unexpected<base::Error> fail_at(const Script& script, size_t start,
                                    const StatementError& error) {
  return tl::make_unexpected(located(script, start, error));
}

// A statement of a schema, between SQLite's and ours, is what none of them takes.
StatementResult<SchemaStatement> read_statement(Connection& parser, std::string_view source) {
  if (is_transaction_control(source))
    return fail_statement_at(
        0, "a schema file runs in a transaction of its own: leave out BEGIN and COMMIT");
  const SqlTokenList tokens = tokens_of(source);
  if (const std::string_view sentence = refused_statement(tokens); !sentence.empty())
    return fail_statement_at(0, std::string(sentence));
  TRY_ASSIGN(SchemaStatement made, make_schema_statement(source));
  if (!is_sqlite_statement(tokens)) return made;
  sqlite3_stmt* prepared = nullptr;
  const int code = ::sqlite3_prepare_v2(parser.handle(), made.sql.data(),
                                        static_cast<int>(made.sql.size()), &prepared, nullptr);
  const RowStatement statement(prepared);
  if (code == SQLITE_OK || !is_syntax_error(::sqlite3_errmsg(parser.handle()))) return made;
  return tl::make_unexpected(sqlite_error(parser.handle(), source, made));
}

// Every statement can be read, whatever the database holds.
base::Result<std::vector<Span>> read_script(const Script& script) {
  TRY_ASSIGN(Connection parser, Connection::open(":memory:", OpenMode::kCreate));
  std::vector<Span> spans;
  for (size_t start = statement_start(script.sql, 0); start < script.sql.size();) {
    const Span span{start, statement_end(script.sql, start)};
    const auto read = read_statement(parser, script.sql.substr(start, span.end - start));
    if (!read) return fail_at(script, start, read.error());
    spans.push_back(span);
    start = statement_start(script.sql, span.end);
  }
  return spans;
}

// Lets SQLite run what was made of `source`.
StatementResult<void> run_as_is(Connection& connection, std::string_view source,
                                const SchemaStatement& made) {
  sqlite3* handle = connection.handle();
  // One alone, unless SQLite finds an end where we found none.
  const char* end = made.sql.data() + made.sql.size();
  for (const char* at = made.sql.data(); at < end;) {
    const auto done = static_cast<size_t>(at - made.sql.data());
    sqlite3_stmt* prepared = nullptr;
    if (::sqlite3_prepare_v2(handle, at, static_cast<int>(end - at), &prepared, &at) != SQLITE_OK)
      return tl::make_unexpected(sqlite_error(handle, source, made, done));
    if (prepared == nullptr) break;  // white space and comments
    RowStatement statement(prepared);
    for (;;) {
      const base::Result<bool> row = statement.step();
      if (!row) return tl::make_unexpected(sqlite_error(handle, source, made, done));
      if (!*row) break;
    }
  }
  return {};
}

StatementResult<void> run_statement(Connection& connection, std::string_view source,
                                    const SchemaStatement& made) {
  SqlTokens tokens(source);
  if (!tokens.next().is_word("ALTER")) return run_as_is(connection, source, made);
  {
    const QuotedTextsScope as_stored(connection);
    TRY(run_as_is(connection, source, made));
  }
  return check_added_column(connection, source);
}

// One run of a script, statement by statement.
class ScriptRun {
 public:
  ScriptRun(Connection& connection, const Script& script, const StatementHook& hook,
            ScriptObserver* observer)
      : connection_(connection), script_(script), hook_(hook), observer_(observer) {}

  base::Result<void> run() {
    TRY_ASSIGN(const std::vector<Span> spans, read_script(script_));
    if (observer_ != nullptr) TRY(named(observer_->begin(connection_, script_.sql)));
    size_t previous_end = 0;
    for (const Span& span : spans) {
      const std::string_view gap = script_.sql.substr(previous_end, span.start - previous_end);
      const auto ran = run_one(span, comment_above(gap, previous_end == 0));
      if (!ran) return fail_at(script_, span.start, ran.error());
      previous_end = std::min(span.end + 1, script_.sql.size());  // behind its `;`
    }
    return observer_ == nullptr ? base::Result<void>() : finish();
  }

 private:
  StatementResult<void> run_one(const Span& span, const std::string& comment) {
    const std::string_view source = script_.sql.substr(span.start, span.end - span.start);
    if (hook_) {
      if (observer_ != nullptr) TRY(observer_->before_hook(connection_, source));
      TRY_ASSIGN(const bool handled, hook_(connection_, source, comment));
      if (handled) return {};
    }
    TRY_ASSIGN(const SchemaStatement made, make_schema_statement(source));
    if (observer_ == nullptr) return run_statement(connection_, source, made);
    observed_.push_back(span.start);
    TRY(in_source(made, observer_->before(connection_, made.sql)));
    TRY(run_statement(connection_, source, made));
    return in_source(made, observer_->after(connection_, made.sql));
  }

  base::Result<void> finish() {
    const tl::expected<void, EndError> end = observer_->finish(connection_);
    if (end) return {};
    const EndError& error = end.error();
    if (error.statement) return fail_at(script_, observed_.at(*error.statement), error.error);
    return named(tl::make_unexpected(error.error));
  }

  static StatementResult<void> in_source(const SchemaStatement& made,
                                         StatementResult<void> outcome) {
    if (!outcome) outcome.error().offset = made.source_offset(outcome.error().offset);
    return outcome;
  }

  base::Result<void> named(const base::Result<void>& outcome) const {
    if (outcome) return {};
    return base::fail(outcome.error().code, script_.name + ": " + outcome.error().message);
  }

  Connection& connection_;
  const Script& script_;
  const StatementHook& hook_;
  ScriptObserver* const observer_;
  std::vector<size_t> observed_;  // where the statements begin that the observer has seen
};

}  // namespace

base::Result<void> run_script(Connection& connection, std::string_view sql, const std::string& file,
                              const StatementHook& hook, ScriptObserver* observer) {
  const Script script{sql, file};
  return ScriptRun(connection, script, hook, observer).run();
}

}  // namespace prodev::db
