#include "db/sql_script.h"

#include <sqlite3.h>

#include <algorithm>

#include "db/errors.h"
#include "db/sql_comments.h"
#include "db/sql_tokens.h"

namespace prodev::db {

namespace {

struct Spot {
  size_t line = 1;
  size_t column = 1;
};

Spot spot_of(std::string_view text, size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const size_t newline = before.rfind('\n');
  return {1 + static_cast<size_t>(std::count(before.begin(), before.end(), '\n')),
          newline == std::string_view::npos ? offset + 1 : offset - newline};
}

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

std::string beginning_of(std::string_view statement) {
  constexpr size_t kShown = 60;
  std::string text(statement.substr(0, statement.find('\n')).substr(0, kShown));
  if (text.size() < statement.size()) text += "...";
  return text;
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

tl::unexpected<base::Error> fail_at(std::string_view sql, size_t start, size_t offset,
                                    const std::string& file, base::Code code,
                                    const std::string& message) {
  const Spot spot = spot_of(sql, offset);
  return base::fail(code, file + ":" + std::to_string(spot.line) + ":" +
                              std::to_string(spot.column) + ": " + message +
                              ", in: " + beginning_of(sql.substr(start)));
}

tl::unexpected<base::Error> fail_statement(sqlite3* handle, std::string_view sql, size_t start,
                                           const std::string& file) {
  const int offset = ::sqlite3_error_offset(handle);  // -1: not about one token
  const size_t at = start + static_cast<size_t>(std::max(offset, 0));
  return fail_at(sql, start, at, file, code_of(::sqlite3_extended_errcode(handle)),
                 ::sqlite3_errmsg(handle));
}

// Where the statement that begins at `start` ends: at a `;` or at the end of the script.
size_t statement_end(std::string_view sql, size_t start) {
  SqlTokens tokens(sql, start);
  for (;;) {
    const SqlToken token = tokens.next();
    if (token.kind == SqlToken::Kind::kUnfinished) return sql.size();
    if (token.kind == SqlToken::Kind::kEnd || token.is(';')) return token.offset;
  }
}

// Lets SQLite run the statement at `start`; returns where it ended.
base::Result<size_t> run_statement(Connection& connection, std::string_view sql, size_t start,
                                   const std::string& file) {
  sqlite3* handle = connection.handle();
  sqlite3_stmt* prepared = nullptr;
  const char* rest = nullptr;
  if (::sqlite3_prepare_v2(handle, sql.data() + start, static_cast<int>(sql.size() - start),
                           &prepared, &rest) != SQLITE_OK) {
    return fail_statement(handle, sql, start, file);
  }
  Statement statement(prepared);
  for (;;) {
    const base::Result<bool> row = statement.step();
    if (!row) return fail_statement(handle, sql, start, file);
    if (!*row) return static_cast<size_t>(rest - sql.data());
  }
}

// One run of a script, statement by statement.
class ScriptRun {
 public:
  ScriptRun(Connection& connection, std::string_view sql, const std::string& file,
            const StatementHook& hook, ScriptObserver* observer)
      : connection_(connection), sql_(sql), file_(file), hook_(hook), observer_(observer) {}

  base::Result<void> run() {
    if (observer_ != nullptr) TRY(named(observer_->begin(connection_)));
    size_t previous_end = 0;
    for (size_t start = statement_start(sql_, 0); start < sql_.size();) {
      TRY_ASSIGN(previous_end, run_one(previous_end, start));
      start = statement_start(sql_, previous_end);
    }
    if (observer_ != nullptr) TRY(named(observer_->finish(connection_)));
    return {};
  }

 private:
  // Returns where the statement at `start` ended.
  base::Result<size_t> run_one(size_t previous_end, size_t start) {
    if (is_transaction_control(sql_.substr(start))) {
      return fail_at(sql_, start, start, file_, base::Code::kBadInput,
                     "a schema file runs in a transaction of its own: leave out BEGIN and COMMIT");
    }
    const size_t end = statement_end(sql_, start);
    const std::string_view statement = sql_.substr(start, end - start);
    if (hook_) {
      const std::string_view gap = sql_.substr(previous_end, start - previous_end);
      const auto handled = hook_(connection_, statement, comment_above(gap, previous_end == 0));
      if (!handled) return located(start, handled.error());
      if (*handled) return end;
    }
    if (observer_ == nullptr) return run_statement(connection_, sql_, start, file_);
    if (const auto seen = observer_->before(connection_, statement); !seen)
      return located(start, seen.error());
    TRY_ASSIGN(const size_t sqlite_end, run_statement(connection_, sql_, start, file_));
    if (const auto seen = observer_->after(connection_, statement); !seen)
      return located(start, seen.error());
    return sqlite_end;
  }

  tl::unexpected<base::Error> located(size_t start, const StatementError& error) const {
    return fail_at(sql_, start, start + error.offset, file_, error.error.code, error.error.message);
  }
  base::Result<void> named(const base::Result<void>& outcome) const {
    if (outcome) return {};
    return base::fail(outcome.error().code, file_ + ": " + outcome.error().message);
  }

  Connection& connection_;
  const std::string_view sql_;
  const std::string& file_;
  const StatementHook& hook_;
  ScriptObserver* const observer_;
};

}  // namespace

base::Result<void> run_script(Connection& connection, std::string_view sql, const std::string& file,
                              const StatementHook& hook, ScriptObserver* observer) {
  return ScriptRun(connection, sql, file, hook, observer).run();
}

}  // namespace prodev::db
