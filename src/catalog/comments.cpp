#include "catalog/comments.h"

#include <algorithm>
#include <array>

#include "db/sql_comments.h"
#include "db/sql_tokens.h"
#include "text/ascii.h"

namespace prodev::catalog {

namespace {

using db::SqlToken;
using Kind = SqlToken::Kind;

template <class Named>
Named* find_named(std::vector<Named>& all, std::string_view name) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const Named& one) {
    return text::equal_ignoring_case(one.name, name);
  });
  return found == all.end() ? nullptr : &*found;
}

// The column whose definition begins with `token`; nullptr for a constraint of the table.
Column* defined_by(const SqlToken& token, std::vector<Column>& columns) {
  static constexpr std::array<std::string_view, 5> kConstraints = {"CONSTRAINT", "PRIMARY",
                                                                   "UNIQUE", "CHECK", "FOREIGN"};
  for (const std::string_view word : kConstraints) {
    if (token.is_word(word)) return nullptr;
  }
  return find_named(columns, token.value());
}

void add_line(Column* column, const std::string& line) {
  if (column == nullptr || line.empty()) return;
  if (!column->description.empty()) column->description += '\n';
  column->description += line;
}

// Steps through the definitions between the outermost parentheses.
class CommentReader {
 public:
  CommentReader(std::string_view sql, std::vector<Column>& columns)
      : sql_(sql), tokens_(sql), columns_(columns) {}

  void read() {
    while (step() && !token_.is('(')) {
    }
    for (size_t depth = 1; depth > 0 && step();) {
      const bool definition_begins = depth == 1 && (last_.is('(') || last_.is(','));
      if (definition_begins) {
        if (last_.is(',')) add_line(current_, db::comment_behind(gap_));
        begin_definition();
      } else {
        add_comment_behind(depth == 1 && token_.is(')'));
      }
      if (token_.is('(')) ++depth;
      if (token_.is(')')) --depth;
    }
  }

 private:
  // False at the end.
  bool step() {
    const size_t end = token_.offset + token_.text.size();
    last_ = token_;
    token_ = tokens_.next();
    if (token_.kind == Kind::kEnd || token_.kind == Kind::kUnfinished) return false;
    gap_ = sql_.substr(end, token_.offset - end);
    return true;
  }

  void begin_definition() {
    current_ = defined_by(token_, columns_);
    on_first_line_ = true;
    add_line(current_, db::comment_above(gap_, false));
  }

  // Of what stands within a definition, the comments on its first line and behind its end count.
  void add_comment_behind(bool at_end) {
    if (on_first_line_ || at_end) add_line(current_, db::comment_behind(gap_));
    if (gap_.find('\n') != std::string_view::npos) on_first_line_ = false;
  }

  std::string_view sql_;
  db::SqlTokens tokens_;
  std::vector<Column>& columns_;
  SqlToken last_, token_;
  std::string_view gap_;       // between the two
  Column* current_ = nullptr;  // whose definition it is; nullptr: a constraint of the table
  bool on_first_line_ = false;
};

// A column of a view that shows one of a table has its description, unless it has its own.
void describe_shown_columns(std::vector<Table>& tables) {
  for (Table& view : tables) {
    for (Column& column : view.columns) {
      if (column.origin_table.empty() || !column.description.empty()) continue;
      Table* table = find_named(tables, column.origin_table);
      Column* origin =
          table == nullptr ? nullptr : find_named(table->columns, column.origin_column);
      if (origin != nullptr) column.description = origin->description;
    }
  }
}

// Calls `use(name, column, text)` for each row of the system table whose kind is one of `kinds`
// (SQL).
template <class Use>
base::Result<void> for_each_stored(db::Connection& connection, const std::string& kinds, Use use) {
  TRY_ASSIGN(db::Statement exists,
             connection.prepare("SELECT 1 FROM sqlite_schema WHERE name = '_prodev_comment'"));
  TRY_ASSIGN(const bool present, exists.step());
  if (!present) return {};
  TRY_ASSIGN(db::Statement rows,
             connection.prepare("SELECT name, column_name, text FROM _prodev_comment"
                                " WHERE kind IN (" +
                                kinds + ")"));
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) return {};
    use(rows.column_text(0), rows.column_text(1), rows.column_text(2));  // NULL is empty
  }
}

base::Result<void> load_stored(db::Connection& connection, std::vector<Table>& tables) {
  return for_each_stored(
      connection, "'relation', 'column'",
      [&](std::string_view name, std::string_view column_name, std::string_view text) {
        Table* table = find_named(tables, name);
        if (table == nullptr) return;
        if (column_name.empty()) {
          table->description = text;
        } else if (Column* column = find_named(table->columns, column_name)) {
          column->description = text;
        }
      });
}

}  // namespace

void note_column_comments(std::string_view create_table, std::vector<Column>& columns) {
  CommentReader(create_table, columns).read();
}

base::Result<void> load_comments(db::Connection& connection, std::vector<Table>& tables) {
  TRY(load_stored(connection, tables));
  describe_shown_columns(tables);
  return {};
}

base::Result<void> load_comments(db::Connection& connection, std::vector<Function>& functions) {
  return for_each_stored(connection, "'function'",
                         [&](std::string_view name, std::string_view, std::string_view said) {
                           for (Function& function : functions) {
                             if (text::equal_ignoring_case(function.name, name))
                               function.description = said;
                           }
                         });
}

}  // namespace prodev::catalog
