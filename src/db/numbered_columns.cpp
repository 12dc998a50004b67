#include "db/numbered_columns.h"

#include <algorithm>
#include <optional>

#include "db/foreign_spellings.h"
#include "db/table_elements.h"
#include "text/ascii.h"

namespace prodev::db {

namespace {

using Kind = SqlToken::Kind;

bool is_array_suffix(const SqlToken& token) {
  return token.kind == Kind::kQuotedName && token.text.starts_with('[') &&
         token.text.find_first_not_of("0123456789", 1) == token.text.size() - 1;
}

class Numbering {
 public:
  explicit Numbering(const SqlTokenList& tokens) : tokens_(tokens) {}

  StatementResult<std::vector<SqlEdit>> create_table(size_t open) {
    elements_ = elements_of(tokens_, open);
    for (const TableElement& element : elements_) {
      if (!begins_constraint(tokens_[element.begin])) TRY(column(element));
    }
    return std::move(edits_);
  }

  StatementResult<std::vector<SqlEdit>> add_column(size_t begin) {
    TRY(column({begin, tokens_.size()}));
    return std::move(edits_);
  }

 private:
  StatementResult<void> column(const TableElement& element) {
    const size_t type = element.begin + 1;
    if (tokens_[element.begin].is_word("LIKE"))
      return fail_statement_at(tokens_[element.begin].offset,
                               "SQLite copies no columns: write them out, or CREATE TABLE ... AS "
                               "SELECT");
    size_t type_end = type;
    while (type_end < element.end && !ends_type(tokens_[type_end])) ++type_end;
    TRY(check_type(type, type_end));
    if (type < type_end && tokens_[type].is_one_of({"SERIAL", "BIGSERIAL", "SMALLSERIAL", "SERIAL4",
                                                    "SERIAL8", "SERIAL2"})) {
      replace(type, type + 1, "INTEGER");
      return number(element, tokens_[type]);
    }
    for (size_t i = type_end; i < element.end; ++i) {
      if (!tokens_[i].is_word("GENERATED")) continue;
      TRY_ASSIGN(const size_t end, identity_end(i, element.end));
      if (end == i) return {};
      if (type == type_end)
        return fail_statement_at(tokens_[i].offset, "an IDENTITY column needs a type: bigint");
      replace(type, type_end, "INTEGER");
      replace(i, end, "");
      return number(element, tokens_[i]);
    }
    return {};
  }

  // SQLite takes any words for a type.
  StatementResult<void> check_type(size_t begin, size_t end) const {
    for (size_t i = begin; i < end; ++i) {
      if (tokens_[i].is_one_of({"AUTO_INCREMENT"}) ||
          (tokens_[i].is_word("IDENTITY") && i + 1 < end && tokens_[i + 1].is('(')))
        return fail_statement_at(tokens_[i].offset,
                                 "SQLite has no " + std::string(tokens_[i].text) +
                                     ": INTEGER PRIMARY KEY and SERIAL PRIMARY KEY number rows");
      if (is_array_suffix(tokens_[i]) || (i > begin && tokens_[i].is_word("ARRAY")))
        return fail_statement_at(tokens_[i].offset,
                                 "SQLite has no arrays: make it a JSON column, which takes "
                                 "[\"a\", \"b\"], or a table of its own");
    }
    const std::string_view sentence =
        begin < end ? refused_type(tokens_[begin].value()) : std::string_view();
    if (!sentence.empty()) return fail_statement_at(tokens_[begin].offset, std::string(sentence));
    return {};
  }

  // Behind GENERATED {ALWAYS | BY DEFAULT} AS IDENTITY [(...)], where tokens_[at] begins one.
  StatementResult<size_t> identity_end(size_t at, size_t end) const {
    size_t i = at + 1;
    if (i + 1 < end && tokens_[i].is_word("BY") && tokens_[i + 1].is_word("DEFAULT")) {
      i += 2;
    } else if (i < end && tokens_[i].is_word("ALWAYS")) {
      ++i;
    } else {
      return at;
    }
    if (i + 1 >= end || !tokens_[i].is_word("AS") || !tokens_[i + 1].is_word("IDENTITY")) return at;
    i += 2;
    if (i >= end || !tokens_[i].is('(')) return i;
    for (++i; i < end && !tokens_[i].is(')'); ++i) TRY(check_option(tokens_[i]));
    return std::min(i + 1, end);
  }

  // START WITH 1 INCREMENT BY 1 and the like are what SQLite does anyway.
  static StatementResult<void> check_option(const SqlToken& token) {
    const bool usual =
        token.text == "1" || token.is_one_of({"START", "WITH", "INCREMENT", "BY", "NO", "MINVALUE",
                                              "MAXVALUE", "CYCLE", "CACHE"});
    if (usual) return {};
    return fail_statement_at(token.offset,
                             "SQLite numbers rows from 1 by 1: leave the options of IDENTITY out");
  }

  // Makes the column the key that numbers its rows.
  StatementResult<void> number(const TableElement& element, const SqlToken& spelling) {
    for (size_t i = element.begin; i + 1 < element.end; ++i) {
      if (!tokens_[i].is_word("PRIMARY") || !tokens_[i + 1].is_word("KEY")) continue;
      size_t end = i + 2;
      if (end < element.end && tokens_[end].is_one_of({"ASC", "DESC"})) ++end;
      if (end + 2 < element.end && tokens_[end].is_word("ON") &&
          tokens_[end + 1].is_word("CONFLICT"))
        end += 3;
      return autoincrement_after(end - 1);
    }
    const std::string name = tokens_[element.begin].value();
    for (const TableElement& other : elements_) {
      if (const std::optional<size_t> last = key_alone(other, name))
        return autoincrement_after(*last);
    }
    return fail_statement_at(spelling.offset,
                             "SQLite numbers a table's primary key alone: write PRIMARY KEY behind "
                             "it, or give the column its number in a trigger");
  }

  // Whether the element is PRIMARY KEY (name); the token that is its last before the parenthesis.
  std::optional<size_t> key_alone(const TableElement& element, std::string_view name) const {
    size_t i = element.begin;
    if (tokens_[i].is_word("CONSTRAINT")) i += 2;
    const bool is_key = i + 4 < element.end && tokens_[i].is_word("PRIMARY") &&
                        tokens_[i + 1].is_word("KEY") && tokens_[i + 2].is('(') &&
                        text::equal_ignoring_case(tokens_[i + 3].value(), name) &&
                        tokens_[i + 4].is(')');
    if (!is_key) return std::nullopt;
    return i + 3;
  }

  StatementResult<void> autoincrement_after(size_t token) {
    const size_t end = tokens_[token].offset + tokens_[token].text.size();
    edits_.push_back({end, end, " AUTOINCREMENT"});
    return {};
  }

  void replace(size_t begin, size_t end, std::string sql) {
    const SqlToken& last = tokens_[end - 1];
    edits_.push_back({tokens_[begin].offset, last.offset + last.text.size(), std::move(sql)});
  }

  const SqlTokenList& tokens_;
  std::vector<TableElement> elements_;
  std::vector<SqlEdit> edits_;
};

}  // namespace

StatementResult<std::vector<SqlEdit>> number_columns(const SqlTokenList& tokens) {
  size_t i = 1;
  const bool creates = tokens[0].is_word("CREATE");
  while (i < tokens.size() && tokens[i].is_one_of({"TEMP", "TEMPORARY"})) ++i;
  if (i >= tokens.size() || !tokens[i].is_word("TABLE")) return std::vector<SqlEdit>();
  if (creates) {
    while (i < tokens.size() && !tokens[i].is('(')) {
      if (tokens[i].is_word("AS")) return std::vector<SqlEdit>();
      ++i;
    }
    if (i == tokens.size()) return std::vector<SqlEdit>();
    return Numbering(tokens).create_table(i);
  }
  while (i < tokens.size() && !tokens[i].is_word("ADD")) ++i;
  ++i;
  if (i < tokens.size() && tokens[i].is_word("COLUMN")) ++i;
  if (i >= tokens.size() || !tokens[0].is_word("ALTER") || begins_constraint(tokens[i]))
    return std::vector<SqlEdit>();
  return Numbering(tokens).add_column(i);
}

}  // namespace prodev::db
