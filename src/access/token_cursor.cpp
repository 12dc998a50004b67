#include "access/token_cursor.h"

#include <algorithm>
#include <array>

#include "config/nearest.h"
#include "text/ascii.h"

namespace prodev::access {
namespace {

using Kind = db::SqlToken::Kind;

constexpr std::string_view kEnd = "the end of the statement";

// Words that cannot be a name unless quoted: each would hide that a name was left out.
constexpr std::array<std::string_view, 17> kReserved = {
    "ALL",    "AS", "CHECK",  "CREATE", "DELETE", "FOR",    "FROM",  "GRANT", "IN",
    "INSERT", "ON", "SELECT", "TABLE",  "TO",     "UPDATE", "USING", "WITH"};

bool is_reserved(const db::SqlToken& token) {
  return std::any_of(kReserved.begin(), kReserved.end(),
                     [&](std::string_view word) { return token.is_word(word); });
}

std::string shown(const db::SqlToken& token) {
  constexpr size_t kShown = 40;
  if (token.kind == Kind::kEnd) return std::string(kEnd);
  if (token.text.size() <= kShown) return std::string(token.text);
  return std::string(token.text.substr(0, kShown)) + "...";
}

std::string unfinished(const db::SqlToken& token) {
  return token.text.starts_with("/*") ? "this comment has no end" : "this quote has no end";
}

}  // namespace

tl::unexpected<db::StatementError> fail_at(size_t offset, std::string message) {
  return tl::make_unexpected(
      db::StatementError({base::Code::kBadInput, std::move(message)}, offset));
}

bool TokenCursor::accept(std::string_view upper) {
  if (!token_.is_word(upper)) return false;
  step();
  return true;
}

bool TokenCursor::accept(char punctuation) {
  if (!token_.is(punctuation)) return false;
  step();
  return true;
}

db::StatementResult<void> TokenCursor::expect(std::string_view upper) {
  if (accept(upper)) return {};
  return fail_expected({upper});
}

db::StatementResult<size_t> TokenCursor::expect_one(const std::vector<std::string_view>& upper) {
  for (size_t i = 0; i < upper.size(); ++i) {
    if (accept(upper[i])) return i;
  }
  return fail_expected(upper);
}

db::StatementResult<void> TokenCursor::expect_end() {
  if (token_.kind == Kind::kEnd) return {};
  return fail_expected({kEnd});
}

tl::unexpected<db::StatementError> TokenCursor::fail_expected(
    const std::vector<std::string_view>& what) const {
  if (token_.kind == Kind::kUnfinished) return fail_at(token_.offset, unfinished(token_));
  std::string message = "expected ";
  std::vector<std::string> keywords;
  for (size_t i = 0; i < what.size(); ++i) {
    if (i > 0) message += i + 1 < what.size() ? ", " : " or ";
    message += what[i];
    if (what[i].find(' ') == std::string_view::npos) keywords.push_back(text::lowered(what[i]));
  }
  message += ", found " + shown(token_);
  // Two letters are as near to any other two.
  if (token_.kind == Kind::kWord && token_.text.size() > 2) {
    std::string meant = config::nearest(text::lowered(token_.text), keywords);
    std::transform(meant.begin(), meant.end(), meant.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    if (!meant.empty()) message += ": did you mean " + meant + "?";
  }
  return fail_at(token_.offset, message);
}

db::StatementResult<Name> TokenCursor::name(const std::string& what) {
  const bool is_name =
      token_.kind == Kind::kQuotedName || (token_.kind == Kind::kWord && !is_reserved(token_));
  if (!is_name) return fail_expected({what});
  Name name{token_.kind == Kind::kWord ? text::lowered(token_.text) : token_.value(),
            token_.offset};
  if (name.text.empty()) return fail_at(name.offset, "a name cannot be empty");
  if (name.text.size() > kMaxNameBytes) {
    return fail_at(name.offset,
                   "a name has at most " + std::to_string(kMaxNameBytes) + " bytes: shorten it");
  }
  step();
  return name;
}

db::StatementResult<std::vector<Name>> TokenCursor::names(const std::string& what) {
  std::vector<Name> names;
  do {
    if (names.size() == kMaxListItems) {
      return fail_at(token_.offset,
                     "a list has at most " + std::to_string(kMaxListItems) + " names: split it");
    }
    TRY_ASSIGN(Name one, name(what));
    names.push_back(std::move(one));
  } while (accept(','));
  return names;
}

db::StatementResult<Name> TokenCursor::table() {
  TRY_ASSIGN(Name table, name("a table's name"));
  if (!token_.is('.')) return table;
  if (table.text != "public" && table.text != "main") {
    return fail_at(table.offset, "there is one schema here: write the table's name alone");
  }
  step();
  return name("a table's name");
}

db::StatementResult<Expression> TokenCursor::parenthesised() {
  const size_t open = token_.offset;
  if (!token_.is('(')) return fail_expected({"("});
  size_t depth = 0;
  for (;; step()) {
    if (token_.kind == Kind::kUnfinished) return fail_at(token_.offset, unfinished(token_));
    if (token_.kind == Kind::kEnd) return fail_at(open, "this parenthesis is not closed");
    if (token_.is(';')) return fail_at(token_.offset, "an expression cannot hold a semicolon");
    if (token_.is('(')) ++depth;
    if (token_.is(')') && --depth == 0) break;
  }
  const Expression expression{statement_.substr(open + 1, token_.offset - open - 1), open + 1};
  if (expression.text.size() > kMaxExpressionBytes) {
    return fail_at(open, "an expression has at most " + std::to_string(kMaxExpressionBytes) +
                             " bytes: put it into a view");
  }
  step();
  return expression;
}

}  // namespace prodev::access
