#include "catalog/definition.h"

#include <algorithm>

#include "db/sql_tokens.h"
#include "text/ascii.h"

namespace prodev::catalog {

namespace {

using db::SqlToken;
using Kind = SqlToken::Kind;

Column* find(std::vector<Column>& columns, const std::string& name) {
  const auto found = std::find_if(columns.begin(), columns.end(), [&](const Column& column) {
    return text::equal_ignoring_case(column.name, name);
  });
  return found == columns.end() ? nullptr : &*found;
}

// Reads the statement once: where parentheses are one deep, there are the columns.
class Reader {
 public:
  Reader(std::string_view sql, Table& table) : sql_(sql), tokens_(sql), table_(table) {}

  void read() {
    for (SqlToken token = tokens_.next();
         token.kind != Kind::kEnd && token.kind != Kind::kUnfinished; token = tokens_.next()) {
      if (token.is_word("CONFLICT") && last_.is_word("ON")) table_.conflict_clauses = true;
      const bool first = depth_ == 1 && (last_.is('(') || last_.is(','));
      if (first) column_ = find(table_.columns, token.value());
      if (token.is('(')) open(token);
      if (token.is(')')) close(token);
      last_ = token;
    }
  }

 private:
  void open(const SqlToken& token) {
    // In a column's definition nothing else has this word.
    if (depth_ == 1 && last_.is_word("AS")) expression_ = token.offset + 1;
    ++depth_;
  }

  void close(const SqlToken& token) {
    --depth_;
    if (depth_ != 1 || expression_ == 0) return;
    if (column_ != nullptr && column_->generated)
      column_->generated_sql = sql_.substr(expression_, token.offset - expression_);
    expression_ = 0;
  }

  std::string_view sql_;
  db::SqlTokens tokens_;
  Table& table_;
  SqlToken last_;
  int depth_ = 0;
  size_t expression_ = 0;     // where that of a generated column begins; 0: not within one
  Column* column_ = nullptr;  // whose definition this is
};

}  // namespace

void note_definition(std::string_view create_table, Table& table) {
  Reader(create_table, table).read();
}

}  // namespace prodev::catalog
