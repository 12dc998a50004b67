#include "catalog/checks.h"

#include <algorithm>

#include "db/sql_tokens.h"
#include "text/ascii.h"

namespace prodev::catalog {

namespace {

using db::SqlToken;
using Kind = SqlToken::Kind;
using Tokens = std::vector<SqlToken>;

bool same_name(const SqlToken& a, const SqlToken& b) {
  return text::equal_ignoring_case(a.value(), b.value());
}

Column* find(std::vector<Column>& columns, const SqlToken& name) {
  const std::string wanted = name.value();
  const auto found = std::find_if(columns.begin(), columns.end(), [&](const Column& column) {
    return text::equal_ignoring_case(column.name, wanted);
  });
  return found == columns.end() ? nullptr : &*found;
}

// "c IS NULL OR rest" -> "rest", when rest is about c as well.
void drop_null_clause(Tokens& check) {
  const bool clause = check.size() > 4 && check[0].is_name() && check[1].is_word("IS") &&
                      check[2].is_word("NULL") && check[3].is_word("OR");
  if (!clause) return;
  const SqlToken name = check[0];
  check.erase(check.begin(), check.begin() + 4);
  const size_t subject = check[0].is_word("json_valid") ? 2 : 0;
  if (subject >= check.size() || !same_name(name, check[subject])) check.clear();
}

void note_json(const Tokens& check, std::vector<Column>& columns) {
  if (check.size() != 4 || !check[0].is_word("json_valid") || !check[1].is('(') ||
      !check[2].is_name() || !check[3].is(')'))
    return;
  if (Column* column = find(columns, check[2])) {
    column->kind = ValueKind::kJson;
    column->always_json = true;
  }
}

void note_list(const Tokens& check, std::vector<Column>& columns) {
  if (check.size() < 5 || !check[0].is_name() || !check[1].is_word("IN") || !check[2].is('(') ||
      !check.back().is(')'))
    return;
  std::vector<std::string> words;
  bool numbers = true;
  bool strings = true;
  for (size_t i = 3; i + 1 < check.size(); ++i) {
    const bool comma_expected = (i - 3) % 2 == 1;
    if (comma_expected != check[i].is(',')) return;
    if (comma_expected) continue;
    strings = strings && check[i].kind == Kind::kString;
    numbers = numbers && (check[i].text == "0" || check[i].text == "1");
    words.push_back(check[i].value());
  }
  Column* column = find(columns, check[0]);
  if (column == nullptr) return;
  if (numbers && words.size() == 2 && words[0] != words[1]) {
    column->kind = ValueKind::kBoolean;
  } else if (strings) {
    column->allowed = std::move(words);
  }
}

// The tokens between the parentheses that begin at the next token.
Tokens read_group(db::SqlTokens& tokens) {
  Tokens group;
  SqlToken token = tokens.next();
  if (!token.is('(')) return group;
  for (size_t depth = 1;;) {
    token = tokens.next();
    if (token.kind == Kind::kEnd || token.kind == Kind::kUnfinished) return {};
    if (token.is('(')) ++depth;
    if (token.is(')') && --depth == 0) return group;
    group.push_back(token);
  }
}

}  // namespace

void note_checks(std::string_view create_table, std::vector<Column>& columns) {
  db::SqlTokens tokens(create_table);
  for (SqlToken token = tokens.next(); token.kind != Kind::kEnd && token.kind != Kind::kUnfinished;
       token = tokens.next()) {
    if (!token.is_word("CHECK")) continue;
    Tokens check = read_group(tokens);
    drop_null_clause(check);
    note_json(check, columns);
    note_list(check, columns);
  }
}

}  // namespace prodev::catalog
