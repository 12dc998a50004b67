#include "catalog/constraint_names.h"

#include "db/sql_tokens.h"

namespace prodev::catalog {

namespace {

using db::SqlToken;
using Kind = SqlToken::Kind;

bool at_end(const SqlToken& token) {
  return token.kind == Kind::kEnd || token.kind == Kind::kUnfinished;
}

std::string default_name(const Table& table, const ForeignKey& key) {
  std::string name = table.name;
  for (const std::string& column : key.columns) name += "_" + column;
  return name + "_fkey";
}

}  // namespace

void name_foreign_keys(std::string_view create_table, Table& table) {
  for (ForeignKey& key : table.foreign_keys) key.name = default_name(table, key);
  db::SqlTokens tokens(create_table);
  // The name counts for the constraint that follows it, up to the next comma outside parentheses:
  // CONSTRAINT name REFERENCES ..., CONSTRAINT name FOREIGN KEY (...) REFERENCES ...
  std::string name;
  size_t next_key = 0;
  size_t depth = 0;
  for (SqlToken token = tokens.next(); !at_end(token); token = tokens.next()) {
    if (token.is('(')) ++depth;
    if (token.is(')') && depth > 0) --depth;
    if (depth <= 1 && token.is(',')) name.clear();
    if (token.is_word("CONSTRAINT")) name = tokens.next().value();
    // A constraint of another kind takes the name.
    if (token.is_word("CHECK") || token.is_word("UNIQUE") || token.is_word("PRIMARY") ||
        token.is_word("NOT") || token.is_word("DEFAULT"))
      name.clear();
    if (!token.is_word("REFERENCES") || next_key >= table.foreign_keys.size()) continue;
    if (!name.empty()) table.foreign_keys[next_key].name = std::move(name);
    name.clear();
    ++next_key;
  }
}

void note_content(std::string_view create_table, Table& table) {
  db::SqlTokens tokens(create_table);
  SqlToken token = tokens.next();
  while (!at_end(token) && !token.is_word("USING")) token = tokens.next();
  table.full_text = tokens.next().is_word("FTS5");
  if (!table.full_text) return;
  for (token = tokens.next(); !at_end(token); token = tokens.next()) {
    const bool is_table = token.is_word("CONTENT");
    const bool is_rowid = token.is_word("CONTENT_ROWID");
    if ((!is_table && !is_rowid) || !tokens.next().is('=')) continue;
    (is_table ? table.content_table : table.content_rowid) = tokens.next().value();
  }
}

}  // namespace prodev::catalog
