#include "catalog/function_body.h"

#include <algorithm>
#include <charconv>

#include "config/nearest.h"
#include "db/foreign_spellings.h"
#include "text/ascii.h"

namespace prodev::catalog {

namespace {

using Kind = db::SqlToken::Kind;

// Where a body names a column of its row.
struct RowColumn {
  size_t at = 0;  // the first token
  size_t tokens = 0;
  std::string column;
};

class BodyLowering {
 public:
  BodyLowering(const FunctionDefinition& definition, const Table* row_table)
      : definition_(definition), row_table_(row_table) {}

  db::StatementResult<LoweredBody> lower() {
    TRY_ASSIGN(tokens_, read_tokens(definition_.body));
    if (row_table_ != nullptr) TRY(find_row_columns());
    LoweredBody body;
    for (size_t begin = 0; begin < tokens_.size();) {
      size_t end = begin;
      while (end < tokens_.size() && !tokens_[end].is(';')) ++end;
      if (end > begin) TRY(add_statement(begin, end, body));
      begin = end + 1;
    }
    if (body.statements.empty())
      return fail_sql(0, "the body is empty: write SELECT, INSERT, UPDATE or DELETE");
    return body;
  }

 private:
  db::StatementResult<void> add_statement(size_t begin, size_t end, LoweredBody& body) {
    static constexpr std::string_view kVerbs[] = {"SELECT", "VALUES", "WITH",   "INSERT",
                                                  "UPDATE", "DELETE", "REPLACE"};
    const db::SqlToken& first = tokens_[begin];
    const bool known = std::any_of(std::begin(kVerbs), std::end(kVerbs),
                                   [&](std::string_view verb) { return first.is_word(verb); });
    std::string_view refused = db::refused_statement(tokens_, begin);
    if (refused.empty() && !known) refused = db::refused_in_body(tokens_, begin);
    if (refused.empty() && !known)
      refused = "the body of a function holds SELECT, INSERT, UPDATE and DELETE only";
    if (!refused.empty()) return fail_sql(first.offset, std::string(refused));
    if (body.statements.size() == kMaxBodyStatements)
      return fail_sql(first.offset, "a function has at most " + std::to_string(kMaxBodyStatements) +
                                        " statements");
    if (row_table_ != nullptr) {
      if (!body.statements.empty())
        return fail_sql(first.offset, "a function of a row is one SELECT");
      TRY_ASSIGN(body.row_body, cut_at_columns(begin, end));
    }
    TRY_ASSIGN(CallerSql statement,
               lower_tokens(tokens_, begin, end,
                            [this](const SqlTokenList&, size_t at) { return replace(at); }));
    body.statements.push_back(std::move(statement));
    return {};
  }

  db::StatementResult<Replacement> replace(size_t at) const {
    if (const RowColumn* column = row_column(at)) return Replacement{column->tokens, "NULL "};
    if (tokens_[at].kind != Kind::kParameter) return Replacement{};
    TRY_ASSIGN(const size_t argument, argument_at(at));
    // The space keeps a digit that follows out of the number.
    return Replacement{1, "?" + std::to_string(kFirstParameter + argument) + " "};
  }

  // The index of the argument that the parameter tokens_[at] stands for.
  db::StatementResult<size_t> argument_at(size_t at) const {
    const db::SqlToken& token = tokens_[at];
    const std::string_view name = token.text.substr(1);
    if (token.text[0] == ':') {
      for (size_t i = 0; i < definition_.arguments.size(); ++i) {
        if (text::equal_ignoring_case(definition_.arguments[i].name, name)) return check(i, token);
      }
    } else if (token.text[0] == '$') {
      size_t number = 0;
      const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
      if (error == std::errc() && end == name.data() + name.size() && number > 0 &&
          number <= definition_.arguments.size())
        return check(number - 1, token);
    }
    if (std::optional<db::Explanation> other = db::explain_parameter(tokens_, at))
      return fail_sql(other->offset, std::move(other->message));
    return fail_argument(token);
  }

  db::StatementResult<size_t> check(size_t argument, const db::SqlToken& token) const {
    if (row_table_ == nullptr) return argument;
    return fail_sql(token.offset, "the argument is a row: name one of its columns, " +
                                      std::string(token.text) + ".column");
  }

  tl::unexpected<db::StatementError> fail_argument(const db::SqlToken& token) const {
    std::vector<std::string> known;
    for (const auto& argument : definition_.arguments) {
      if (!argument.name.empty()) known.push_back(argument.name);
    }
    const std::string near = config::nearest(token.text.substr(1), known);
    return fail_sql(token.offset, "there is no argument " + std::string(token.text) +
                                      (near.empty() ? ": arguments are :name or $1, $2, ..."
                                                    : ": did you mean :" + near + "?"));
  }

  const RowColumn* row_column(size_t at) const {
    const auto found = std::find_if(row_columns_.begin(), row_columns_.end(),
                                    [&](const RowColumn& column) { return column.at == at; });
    return found == row_columns_.end() ? nullptr : &*found;
  }

  // Whether the body names `name` as a table or alias, rather than in front of a column.
  bool names_as_table(std::string_view name) const {
    for (size_t i = 0; i < tokens_.size(); ++i) {
      const bool qualifies = i + 1 < tokens_.size() && tokens_[i + 1].is('.');
      const bool qualified = i > 0 && tokens_[i - 1].is('.');
      if (tokens_[i].is_name() && !qualifies && !qualified &&
          text::equal_ignoring_case(tokens_[i].value(), name))
        return true;
    }
    return false;
  }

  // "argument.column" and the like begin with this; empty: only $1 does.
  db::StatementResult<std::string> row_qualifier() const {
    const std::string& argument = definition_.arguments.front().name;
    if (argument.empty()) return names_as_table(row_table_->name) ? "" : row_table_->name;
    if (!names_as_table(argument)) return argument;
    return fail_sql(0, argument +
                           " is the function's argument: give the table or column of that name in "
                           "the body an alias, or call the argument something else");
  }

  bool begins_row_column(size_t at, std::string_view qualifier) const {
    if (at + 2 >= tokens_.size() || !tokens_[at + 1].is('.') || !tokens_[at + 2].is_name())
      return false;
    if (at > 0 && tokens_[at - 1].is('.')) return false;
    const db::SqlToken& token = tokens_[at];
    if (token.kind == Kind::kParameter) {
      return token.text == "$1" ||
             (token.text[0] == ':' && !definition_.arguments.front().name.empty() &&
              text::equal_ignoring_case(token.text.substr(1), definition_.arguments.front().name));
    }
    return token.is_name() && !qualifier.empty() &&
           text::equal_ignoring_case(token.value(), qualifier);
  }

  db::StatementResult<void> find_row_columns() {
    TRY_ASSIGN(const std::string qualifier, row_qualifier());
    for (size_t at = 0; at < tokens_.size(); ++at) {
      if (!begins_row_column(at, qualifier)) continue;
      TRY_ASSIGN(std::string column, column_called(tokens_[at + 2]));
      row_columns_.push_back({at, 3, std::move(column)});
    }
    return {};
  }

  db::StatementResult<std::string> column_called(const db::SqlToken& token) const {
    const std::string name = token.value();
    std::vector<std::string> known;
    for (const Column& column : row_table_->columns) {
      if (text::equal_ignoring_case(column.name, name)) return column.name;
      known.push_back(column.name);
    }
    const std::string near = config::nearest(name, known);
    return fail_sql(token.offset, row_table_->name + " has no column " + name +
                                      (near.empty() ? "" : ": did you mean " + near + "?"));
  }

  db::StatementResult<RowBody> cut_at_columns(size_t begin, size_t end) const {
    RowBody body;
    const auto add = [&](size_t from, size_t to, std::string column) -> db::StatementResult<void> {
      TRY_ASSIGN(CallerSql lowered,
                 lower_tokens(tokens_, from, to,
                              [this](const SqlTokenList&, size_t at) { return replace(at); }));
      // Tokens that stood apart still do.
      body.pieces.push_back({lowered.sql + " ", std::move(column)});
      for (size_t i = from; i < to; ++i) {
        if (tokens_[i].is_name()) body.names.push_back(text::lowered(tokens_[i].value()));
      }
      return {};
    };
    size_t from = begin;
    for (const RowColumn& column : row_columns_) {
      if (column.at < begin || column.at >= end) continue;
      TRY(add(from, column.at, column.column));
      from = column.at + column.tokens;
    }
    TRY(add(from, end, {}));
    return body;
  }

  const FunctionDefinition& definition_;
  const Table* row_table_;
  SqlTokenList tokens_;
  std::vector<RowColumn> row_columns_;
};

}  // namespace

db::StatementResult<LoweredBody> lower_body(const FunctionDefinition& definition,
                                            const Table* row_table) {
  return BodyLowering(definition, row_table).lower();
}

}  // namespace prodev::catalog
