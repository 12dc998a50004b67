#include "catalog/view_columns.h"

#include <algorithm>
#include <optional>
#include <string>

#include "db/sql_tokens.h"
#include "text/ascii.h"

namespace prodev::catalog {

namespace {

using db::SqlToken;
using Kind = SqlToken::Kind;
using Tokens = std::vector<SqlToken>;

// One item of the list of results.
struct Item {
  Tokens tokens;

  bool is_star() const { return !tokens.empty() && tokens.back().is('*'); }
};

int depth_change(const SqlToken& token) { return token.is('(') ? 1 : token.is(')') ? -1 : 0; }

// The items of the first SELECT that is in no parentheses: that of the view.
std::vector<Item> items_of(std::string_view create_view) {
  db::SqlTokens tokens(create_view);
  std::vector<Item> items;
  int depth = 0;
  bool selecting = false;
  for (SqlToken token = tokens.next(); token.kind != Kind::kEnd && token.kind != Kind::kUnfinished;
       token = tokens.next()) {
    depth += depth_change(token);
    if (!selecting) {
      selecting = depth == 0 && token.is_word("SELECT");
      if (selecting) items.emplace_back();
      continue;
    }
    const bool first = items.size() == 1 && items.back().tokens.empty();
    if (first && (token.is_word("DISTINCT") || token.is_word("ALL"))) continue;
    if (depth == 0 && (token.is_word("FROM") || token.is(';'))) break;
    if (depth == 0 && token.is(',')) {
      items.emplace_back();
    } else {
      items.back().tokens.push_back(token);
    }
  }
  return items;
}

// Where the parenthesis at tokens[1] closes; 0: the item is no call of one function.
size_t end_of_call(const Tokens& tokens) {
  if (tokens.size() < 3 || tokens[0].kind != Kind::kWord || !tokens[1].is('(')) return 0;
  int depth = 0;
  for (size_t i = 1; i < tokens.size(); ++i) {
    depth += depth_change(tokens[i]);
    if (depth == 0) return i;
  }
  return 0;
}

// What the call tells of its value; nothing: no more than any other expression.
std::optional<ValueKind> kind_of_call(const Tokens& tokens, size_t end) {
  if (tokens[0].is_one_of({"JSON", "JSON_ARRAY", "JSON_OBJECT", "JSON_GROUP_ARRAY",
                           "JSON_GROUP_OBJECT", "JSON_INSERT", "JSON_PATCH", "JSON_REPLACE",
                           "JSON_REMOVE", "JSON_SET", "JSON_QUOTE"}))
    return ValueKind::kJson;
  const bool casts = tokens[0].is_word("CAST") && end > 3 && tokens[end - 2].is_word("AS");
  const bool to_boolean = casts && tokens[end - 1].is_one_of({"BOOLEAN", "BOOL"});
  return to_boolean ? std::optional(ValueKind::kBoolean) : std::nullopt;
}

// The column that item `position` makes. `after_star`: its place is not known, only its name.
Column* column_of(Table& view, const Tokens& tokens, size_t end, size_t position, bool after_star) {
  const size_t rest = tokens.size() - end - 1;
  const bool has_as = rest == 2 && tokens[end + 1].is_word("AS");
  if (rest != 0 && rest != 1 && !has_as) return nullptr;  // more than the call
  if (!after_star) return position < view.columns.size() ? &view.columns[position] : nullptr;
  if (rest == 0) return nullptr;
  const std::string name = tokens.back().value();
  const auto found = std::find_if(view.columns.begin(), view.columns.end(), [&](const Column& one) {
    return text::equal_ignoring_case(one.name, name);
  });
  return found == view.columns.end() ? nullptr : &*found;
}

}  // namespace

void note_expressions(std::string_view create_view, Table& view) {
  const std::vector<Item> items = items_of(create_view);
  bool after_star = false;
  for (size_t i = 0; i < items.size(); ++i) {
    after_star = after_star || items[i].is_star();
    const size_t end = end_of_call(items[i].tokens);
    if (end == 0) continue;
    const std::optional<ValueKind> kind = kind_of_call(items[i].tokens, end);
    if (!kind) continue;
    Column* column = column_of(view, items[i].tokens, end, i, after_star);
    if (column != nullptr && column->origin_table.empty()) column->kind = *kind;
  }
}

}  // namespace prodev::catalog
