#include "catalog/constraint_names.h"

#include "db/sql_tokens.h"
#include "db/virtual_table.h"

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
  db::VirtualTable declared = db::parse_virtual_table(create_table);
  table.full_text = declared.module == "fts5";
  if (!table.full_text) return;
  table.content_table = std::move(declared.content).value_or("");
  table.content_rowid = std::move(declared.content_rowid);
}

}  // namespace prodev::catalog
