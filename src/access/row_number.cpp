#include "access/row_number.h"

#include <map>

#include "access/system_tables.h"
#include "db/columns_read.h"
#include "text/ascii.h"

namespace prodev::access {
namespace {

bool is_called(const db::SqlToken& token, std::string_view name) {
  return token.is_name() && text::equal_ignoring_case(token.value(), name);
}

bool is_row_number(const db::SqlToken& token) {
  return is_called(token, "rowid") || is_called(token, "oid") || is_called(token, "_rowid_");
}

// Steps over an expression, knowing which parentheses are queries.
class RowNumberFinder {
 public:
  RowNumberFinder(std::string_view source, std::string_view table) : table_(table) {
    db::SqlTokens tokens(source);
    for (db::SqlToken token = tokens.next(); token.kind != db::SqlToken::Kind::kEnd;
         token = tokens.next())
      tokens_.push_back(token);
  }

  std::vector<db::SqlToken> find() {
    std::vector<db::SqlToken> found;
    std::vector<bool> queries;  // of the open parentheses
    size_t depth = 0;           // how many of them are
    for (size_t i = 0; i < tokens_.size(); ++i) {
      if (tokens_[i].is('(')) {
        queries.push_back(i + 1 < tokens_.size() &&
                          tokens_[i + 1].is_one_of({"SELECT", "WITH", "VALUES"}));
        depth += queries.back() ? 1 : 0;
      } else if (tokens_[i].is(')') && !queries.empty()) {
        depth -= queries.back() ? 1 : 0;
        queries.pop_back();
      } else if (is_row_number(tokens_[i]) && is_own(i, depth)) {
        found.push_back(tokens_[i]);
      }
    }
    return found;
  }

 private:
  bool is_own(size_t at, size_t depth) const {
    if (at + 1 < tokens_.size() && (tokens_[at + 1].is('.') || tokens_[at + 1].is('(')))
      return false;
    const bool qualified = at > 1 && tokens_[at - 1].is('.');
    return qualified ? is_called(tokens_[at - 2], table_) : depth == 0;
  }

  const std::string_view table_;
  std::vector<db::SqlToken> tokens_;
};

}  // namespace

std::vector<db::SqlToken> find_row_numbers(std::string_view source, std::string_view table) {
  return RowNumberFinder(source, table).find();
}

base::Result<std::optional<std::string>> row_number_column(db::Connection& connection,
                                                           const std::string& table,
                                                           const db::SqlToken& word) {
  TRY_ASSIGN(const std::vector<std::string> columns, SystemTables(connection).columns(table));
  for (const std::string& column : columns) {
    if (is_called(word, column)) return std::optional(column);  // it hides the rowid
  }
  const auto reads = db::columns_read(connection, "SELECT rowid FROM " + db::quoted_name(table));
  if (!reads && reads.error().code == base::Code::kBadInput) return std::optional<std::string>();
  if (!reads) return tl::make_unexpected(reads.error());
  // A view's is not told; "ROWID" is no column's.
  if (reads->size() != 1 || reads->front().column == "ROWID") return std::optional<std::string>();
  return std::optional(reads->front().column);
}

db::StatementResult<LoweredExpression> lower_for_table(db::Connection& connection,
                                                       const std::string& table,
                                                       std::string_view source) {
  std::map<size_t, std::string> columns;  // by the offset of what they stand for
  for (const db::SqlToken& word : find_row_numbers(source, table)) {
    TRY_ASSIGN(const auto column, row_number_column(connection, table, word));
    if (column) columns[word.offset] = db::quoted_name(*column);
  }
  return lower_expression(source, [&](const db::SqlToken& token) {
    const auto column = columns.find(token.offset);
    return column == columns.end() ? std::string() : column->second;
  });
}

}  // namespace prodev::access
