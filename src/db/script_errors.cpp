#include "db/script_errors.h"

#include <sqlite3.h>

#include <algorithm>

#include "db/errors.h"
#include "db/foreign_spellings.h"

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

std::string beginning_of(std::string_view statement) {
  constexpr size_t kShown = 60;
  std::string text(statement.substr(0, statement.find('\n')).substr(0, kShown));
  if (text.size() < statement.size()) text += "...";
  return text;
}

}  // namespace

base::Error located(const Script& script, size_t start, const StatementError& error) {
  const Spot spot = spot_of(script.sql, start + error.offset);
  return {error.error.code, script.name + ":" + std::to_string(spot.line) + ":" +
                                std::to_string(spot.column) + ": " + error.error.message +
                                ", in: " + beginning_of(script.sql.substr(start))};
}

StatementError sqlite_error(sqlite3* handle, std::string_view source, const SchemaStatement& made,
                            size_t done) {
  const int offset = ::sqlite3_error_offset(handle);  // -1: not about one token
  const size_t at = made.source_offset(done + static_cast<size_t>(std::max(offset, 0)));
  const base::Code code = code_of(::sqlite3_extended_errcode(handle));
  const std::string message = ::sqlite3_errmsg(handle);
  Explanation explained = explain_error(source, at, message);
  const bool unplaced = offset < 0 && is_syntax_error(message);
  return {{code, std::move(explained.message)}, unplaced ? 0 : explained.offset};
}

}  // namespace prodev::db
