#include "statements/meaning.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "access/expression.h"
#include "access/system_tables.h"
#include "catalog/function_body.h"
#include "db/columns_read.h"
#include "db/schema_statement.h"
#include "db/sql_tokens.h"
#include "text/ascii.h"

namespace prodev::statements {
namespace {

// Whether the token at `at` is the * of SELECT *, t.* or RETURNING *: not a product, not count(*).
bool is_star(const std::vector<db::SqlToken>& tokens, size_t at) {
  if (!tokens[at].is('*') || at == 0) return false;
  const db::SqlToken& before = tokens[at - 1];
  return before.is(',') || before.is('.') ||
         before.is_one_of({"SELECT", "DISTINCT", "ALL", "RETURNING"});
}

// Whether the token at `at` begins a query of WITH: `x AS (`, `x (a, b) AS (`, `x AS MATERIALIZED
// (`.
bool begins_query(const std::vector<db::SqlToken>& tokens, size_t at) {
  if (!tokens[at].is_name() || at + 2 >= tokens.size()) return false;
  if (tokens[at + 1].is('(')) return true;
  return tokens[at + 1].is_word("AS") &&
         (tokens[at + 2].is('(') || tokens[at + 2].is_one_of({"NOT", "MATERIALIZED"}));
}

// What is in `a` and not in `b`, as often.
template <class List>
List without(const List& a, const List& b) {
  List left;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(left));
  return left;
}

}  // namespace

// Reads one text, which may be several statements.
class MeaningReader {
 public:
  MeaningReader(db::Connection& connection, std::string_view source)
      : connection_(connection), tokens_(db::tokens_of(source)) {
    for (size_t i = 0; i < tokens_.size(); ++i) {
      if (is_star(tokens_, i)) ++meaning_.stars_;
      if (begins_query(tokens_, i)) within_.insert(text::lowered(tokens_[i].value()));
      if (tokens_[i].is_name()) names_.insert(text::lowered(tokens_[i].value()));
    }
  }

  void set_own(const std::string& table) { meaning_.own_ = text::lowered(table); }
  // What is said within `view` is what the text says.
  void set_view(const std::string& view) { within_.insert(text::lowered(view)); }

  // False: it does not fit.
  base::Result<bool> add(std::string_view sql) {
    const auto reads = db::columns_read(connection_, sql);
    if (!reads) return fits_not(reads.error());
    for (const db::ColumnRead& read : *reads) {
      if (!read.within.empty() && !within_.contains(text::lowered(read.within))) continue;
      Meaning::Column column{table_of(read.table), text::lowered(read.column)};
      // A column that * alone stands for is none that a name can be mistaken for.
      if (meaning_.stars_ > 0 && !says(column.second)) continue;
      meaning_.named_.push_back(std::move(column));
    }
    return true;
  }

  base::Result<std::optional<Meaning>> finish() {
    const bool natural = names_.contains("natural");
    if (natural || names_.contains("using")) {
      for (const std::string& name : names_) {
        access::SystemTables tables(connection_);
        const auto columns = tables.columns(name);  // none of what is no table, or does not work
        if (!columns) continue;
        for (const std::string& column : *columns) {
          if (natural || says(text::lowered(column)))
            meaning_.joined_.emplace_back(table_of(name), text::lowered(column));
        }
      }
    }
    std::sort(meaning_.named_.begin(), meaning_.named_.end());
    std::sort(meaning_.joined_.begin(), meaning_.joined_.end());
    return std::optional(std::move(meaning_));
  }

  static base::Result<bool> fits_not(const base::Error& error) {
    if (error.code == base::Code::kBadInput || error.code == base::Code::kCorrupt) return false;
    return tl::make_unexpected(error);
  }

 private:
  std::string table_of(const std::string& table) const {
    const std::string lower = text::lowered(table);
    return lower == meaning_.own_ ? "" : lower;
  }
  bool says(const std::string& column) const {
    return names_.contains(column) || names_.contains("rowid") || names_.contains("oid") ||
           names_.contains("_rowid_");
  }

  db::Connection& connection_;
  const std::vector<db::SqlToken> tokens_;
  std::set<std::string> names_;   // in lower case, keywords too
  std::set<std::string> within_;  // what of it has a name of its own
  Meaning meaning_;
};

namespace {

// The statements of a function, as they can be prepared; empty: its body cannot be read.
base::Result<std::vector<std::string>> statements_of(db::Connection& connection,
                                                     const catalog::FunctionDefinition& function) {
  std::vector<std::string> statements;
  std::optional<catalog::Table> row_table;
  for (const auto& argument : function.arguments) {
    if (argument.default_source) {
      const auto lowered = access::lower_expression(*argument.default_source);
      if (lowered) statements.push_back("SELECT (" + lowered->sql + ")");
    }
    if (!argument.type.is_table) continue;
    row_table.emplace().name = argument.type.name;
    TRY_ASSIGN(const std::vector<std::string> columns,
               access::SystemTables(connection).columns(argument.type.name));
    for (const std::string& column : columns) row_table->columns.emplace_back().name = column;
  }
  const auto body = catalog::lower_body(function, row_table ? &*row_table : nullptr);
  if (!body) return std::vector<std::string>();
  for (const catalog::CallerSql& statement : body->statements) statements.push_back(statement.sql);
  return statements;
}

std::string shown(const std::pair<std::string, std::string>& column, const std::string& own) {
  return (column.first.empty() ? own : column.first) + "." + column.second;
}

}  // namespace

base::Result<std::optional<Meaning>> Meaning::of(db::Connection& connection,
                                                 const StoredText& text) {
  MeaningReader reader(connection, text.text);
  std::vector<std::string> statements;
  if (text.kind == StoredText::Kind::kBody) {
    TRY_ASSIGN(statements, statements_of(connection, text.function));
  } else if (const auto lowered = access::lower_expression(text.text)) {
    reader.set_own(text.table);
    statements.push_back("SELECT 1 FROM " + db::quoted_name(text.table) + " WHERE (" +
                         lowered->sql + ")");
  }
  for (const std::string& statement : statements) {
    TRY_ASSIGN(const bool fits, reader.add(statement));
    if (!fits) return std::optional<Meaning>();
  }
  if (statements.empty()) return std::optional<Meaning>();
  return reader.finish();
}

base::Result<std::optional<Meaning>> Meaning::of(db::Connection& connection, const View& view) {
  MeaningReader reader(connection, view.sql);
  reader.set_view(view.name);
  TRY_ASSIGN(const bool fits, reader.add("SELECT 1 FROM " + db::quoted_name(view.name)));
  if (!fits) return std::optional<Meaning>();
  return reader.finish();
}

void Meaning::rename_table(std::string_view from, std::string_view to) {
  const std::string old_name = text::lowered(from);
  for (std::vector<Column>* columns : {&named_, &joined_}) {
    for (Column& column : *columns) {
      if (column.first == old_name) column.first = text::lowered(to);
    }
    std::sort(columns->begin(), columns->end());
  }
  if (own_ == old_name) own_ = text::lowered(to);
}

void Meaning::rename_column(std::string_view table, std::string_view from, std::string_view to) {
  const std::string lower = text::lowered(table);
  const Column old_column{lower == own_ ? "" : lower, text::lowered(from)};
  for (std::vector<Column>* columns : {&named_, &joined_}) {
    for (Column& column : *columns) {
      if (column == old_column) column.second = text::lowered(to);
    }
    std::sort(columns->begin(), columns->end());
  }
}

std::optional<Meaning::Change> Meaning::change_to(const Meaning& after) const {
  const std::vector<Column> lost = without(named_, after.named_);
  std::vector<Column> come = without(after.named_, named_);
  // What * stands for now in addition.
  std::erase_if(come, [&, all = come](const Column& column) {
    return static_cast<size_t>(std::count(all.begin(), all.end(), column)) <= after.stars_;
  });
  Change change;
  for (const std::vector<Column>* columns : {&lost, &std::as_const(come)}) {
    for (const Column& column : *columns)
      change.tables.push_back(column.first.empty() ? after.own_ : column.first);
  }
  const auto same_name = std::find_if(come.begin(), come.end(), [&](const Column& column) {
    return lost.empty() || column.second == lost.front().second;
  });
  if (!lost.empty()) {
    change.sentence =
        "says " + lost.front().second + " of " +
        (lost.front().first.empty() ? own_ : lost.front().first) + ", and would " +
        (same_name == come.end() ? "lose it" : "mean " + shown(*same_name, after.own_));
  } else if (!come.empty()) {
    change.sentence = "would come to mean " + shown(come.front(), after.own_);
  } else if (joined_ != after.joined_) {
    change.sentence =
        "joins tables by what their columns are called (NATURAL, USING), and these change";
    for (const auto& columns : {without(joined_, after.joined_), without(after.joined_, joined_)}) {
      for (const Column& column : columns)
        change.tables.push_back(column.first.empty() ? after.own_ : column.first);
    }
  } else {
    return std::nullopt;
  }
  return change;
}

}  // namespace prodev::statements
