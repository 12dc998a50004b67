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

}  // namespace

base::Result<void> run_script(Connection& connection, std::string_view sql, const std::string& file,
                              const StatementHook& hook) {
  size_t previous_end = 0;
  for (size_t start = statement_start(sql, 0); start < sql.size();) {
    if (is_transaction_control(sql.substr(start))) {
      return fail_at(sql, start, start, file, base::Code::kBadInput,
                     "a schema file runs in a transaction of its own: leave out BEGIN and COMMIT");
    }
    size_t end = start;
    if (hook) {
      const size_t hook_end = statement_end(sql, start);
      const std::string_view gap = sql.substr(previous_end, start - previous_end);
      const auto handled = hook(connection, sql.substr(start, hook_end - start),
                                comment_above(gap, previous_end == 0));
      if (!handled) {
        return fail_at(sql, start, start + handled.error().offset, file, handled.error().error.code,
                       handled.error().error.message);
      }
      if (*handled) end = hook_end;
    }
    if (end == start) {
      TRY_ASSIGN(end, run_statement(connection, sql, start, file));
    }
    previous_end = end;
    start = statement_start(sql, end);
  }
  return {};
}

}  // namespace prodev::db
