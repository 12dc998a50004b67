#include "db/virtual_table.h"

#include "db/sql_tokens.h"
#include "text/ascii.h"

namespace prodev::db {

namespace {

bool at_end(const SqlToken& token) {
  return token.kind == SqlToken::Kind::kEnd || token.kind == SqlToken::Kind::kUnfinished;
}

}  // namespace

VirtualTable parse_virtual_table(std::string_view create_table) {
  VirtualTable table;
  SqlTokens tokens(create_table);
  SqlToken token = tokens.next();
  while (!at_end(token) && !token.is_word("USING")) token = tokens.next();
  table.module = text::lowered(tokens.next().value());
  for (token = tokens.next(); !at_end(token); token = tokens.next()) {
    const bool is_table = token.is_word("CONTENT");
    const bool is_rowid = token.is_word("CONTENT_ROWID");
    if ((!is_table && !is_rowid) || !tokens.next().is('=')) continue;
    if (is_table) table.content = tokens.next().value();
    if (is_rowid) table.content_rowid = tokens.next().value();
  }
  return table;
}

}  // namespace prodev::db
