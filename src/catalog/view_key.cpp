#include "catalog/view_key.h"

#include <algorithm>

#include "db/sql_tokens.h"
#include "text/ascii.h"

namespace prodev::catalog {

namespace {

using db::SqlToken;
using db::SqlTokens;

bool ends_from(const SqlToken& token) {
  return token.kind == SqlToken::Kind::kEnd || token.is(';') ||
         token.is_one_of({"WHERE", "GROUP", "HAVING", "WINDOW", "ORDER", "LIMIT"});
}

// Behind FROM: t of "t", "main.t", "t AS a" and "t a"; empty: something else stands there. The
// token behind it is left in `token`.
std::string take_only_source(SqlTokens& tokens, SqlToken& token) {
  token = tokens.next();
  SqlToken name = token;
  token = tokens.next();
  if (token.is('.')) {
    name = tokens.next();
    token = tokens.next();
  }
  if (token.is_word("AS")) token = tokens.next();
  if (token.is_name() && !ends_from(token)) token = tokens.next();
  return name.is_name() && ends_from(token) ? name.value() : std::string();
}

// The next token that is in no parentheses.
SqlToken next_outside(SqlTokens& tokens) {
  SqlToken token = tokens.next();
  for (int depth = 0; token.kind != SqlToken::Kind::kEnd; token = tokens.next()) {
    if (token.kind == SqlToken::Kind::kUnfinished) return {};
    if (token.is('(')) ++depth;
    if (depth == 0) return token;
    if (token.is(')')) --depth;
  }
  return token;
}

}  // namespace

ViewSource only_source(std::string_view sql) {
  SqlTokens tokens(sql);
  SqlToken token = tokens.next();
  while (token.kind != SqlToken::Kind::kEnd && !token.is_word("AS")) token = tokens.next();
  if (!tokens.next().is_word("SELECT")) return {};
  do {
    token = next_outside(tokens);
  } while (token.kind != SqlToken::Kind::kEnd && !token.is_word("FROM"));
  ViewSource source{take_only_source(tokens, token)};
  for (; token.kind != SqlToken::Kind::kEnd; token = next_outside(tokens)) {
    source.conditional |= token.is_one_of({"WHERE", "HAVING", "LIMIT"});
    if (token.is_one_of({"UNION", "INTERSECT", "EXCEPT"})) return {};
  }
  return source;
}

void note_view_key(Table& view, const ViewSource& source, const std::vector<Table>& tables) {
  const auto origin = std::find_if(tables.begin(), tables.end(), [&](const Table& table) {
    return table.kind == TableKind::kTable && text::equal_ignoring_case(table.name, source.table);
  });
  if (origin == tables.end()) return;
  view.shows_every_row = !source.conditional;
  std::vector<Column*> key;
  for (const size_t part : origin->primary_key) {
    const Column& column = origin->columns[part];
    const auto shown = std::find_if(view.columns.begin(), view.columns.end(), [&](const Column& c) {
      return c.origin_table == origin->name && c.origin_column == column.name;
    });
    if (shown == view.columns.end() || !column.not_null) return;
    key.push_back(&*shown);
  }
  for (size_t i = 0; i < key.size(); ++i) {
    key[i]->key_position = i + 1;
    key[i]->not_null = true;
  }
}

}  // namespace prodev::catalog
