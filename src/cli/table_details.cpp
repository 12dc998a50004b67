#include "cli/table_details.h"

#include <algorithm>

#include "db/schema_statement.h"
#include "db/table_elements.h"
#include "text/ascii.h"

namespace prodev::cli {
namespace {

using db::SqlToken;

std::string uppered(std::string_view word) {
  std::string upper;
  for (const char c : word) upper += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return upper;
}

class Details {
 public:
  Details(std::string_view table, const db::SqlTokenList& tokens)
      : table_(text::lowered(table)), tokens_(tokens) {}

  std::map<std::string, std::string> read() {
    size_t open = 0;
    while (open < tokens_.size() && !tokens_[open].is('(')) ++open;
    for (const db::TableElement& element : db::elements_of(tokens_, open)) {
      at_ = element.begin;
      end_ = element.end;
      column_.clear();
      if (db::begins_constraint(tokens_[at_])) {
        constraint();
      } else {
        column();
      }
    }
    return std::move(details_);
  }

 private:
  bool is(std::string_view upper, size_t ahead = 0) const {
    return at_ + ahead < end_ && tokens_[at_ + ahead].is_word(upper);
  }
  void skip(size_t count) { at_ = std::min(end_, at_ + count); }

  // Steps over what is in parentheses, and returns it.
  std::string parenthesised() {
    std::string text;
    size_t end_of_last = 0;
    for (int depth = 0; at_ < end_; ++at_) {
      const SqlToken& token = tokens_[at_];
      const bool joins = token.is(')') || token.is(',') || text.ends_with('(');
      if (text.ends_with(',') || (!joins && !text.empty() && end_of_last < token.offset))
        text += ' ';
      text += token.kind == SqlToken::Kind::kQuotedName ? token.value() : std::string(token.text);
      end_of_last = token.offset + token.text.size();
      depth += token.is('(') ? 1 : token.is(')') ? -1 : 0;
      if (depth == 0) break;
    }
    skip(1);
    return text;
  }

  void add(const std::string& part, const std::string& detail) {
    std::string& details = details_[part];
    if (!details.empty()) details += ' ';
    details += detail;
  }
  std::string part(const char* kind, const std::string& columns) const {
    return text::lowered(std::string(kind) + " " + table_ + " " + columns);
  }
  std::string of_column() const { return text::lowered("column " + table_ + "." + column_); }

  void column() {
    column_ = tokens_[at_].value();
    last_.clear();
    unique_.clear();
    while (at_ < end_ && !db::ends_type(tokens_[at_])) {
      if (tokens_[at_].is('(')) {
        parenthesised();
      } else {
        ++at_;
      }
    }
    clauses(of_column(), part("foreign key", "(" + column_ + ")"));
  }

  // [CONSTRAINT name] PRIMARY KEY (a, b), and the others.
  void constraint() {
    if (is("CONSTRAINT")) skip(2);
    if (is("PRIMARY")) {
      skip(2);
      return key();
    }
    const bool foreign = is("FOREIGN");
    if (!foreign && !is("UNIQUE")) return;  // CHECK is told whole
    skip(foreign ? 2 : 1);
    const std::string columns = parenthesised();
    if (foreign) return clauses(of_column(), part("foreign key", columns));
    last_.clear();
    const std::string names = names_in(columns);
    unique_ = part("unique", names);
    if (names != columns) add(unique_, columns);
    clauses(unique_, {});
  }

  // "(a, b)" of "(a COLLATE NOCASE, b DESC)".
  static std::string names_in(const std::string& columns) {
    std::string names;
    bool in_name = true;
    for (const char c : columns) {
      if (c == ' ' && !names.ends_with(',')) in_name = false;
      if (c == ',' || c == ')') in_name = true;
      if (in_name) names += c;
    }
    return names;
  }

  void key() {
    const std::string columns = parenthesised();
    const bool is_several = columns.find(',') != std::string::npos;
    column_ = columns.substr(1, columns.find_first_of(" )") - 1);
    const std::string rest = text::lowered(columns.substr(1 + column_.size()));
    const bool is_numbered = rest == " autoincrement)";
    if (is_numbered) add(of_column(), "AUTOINCREMENT");
    if (is_several || (rest != ")" && !is_numbered)) add("primary key " + table_, columns);
    last_ = is_several ? "" : "PRIMARY KEY";
    unique_.clear();
    clauses(is_several ? "primary key " + table_ : of_column(), {});
  }

  // What stands behind a column's type or a constraint's columns. `own`: whose part it is;
  // `reference`: that of what stands behind REFERENCES.
  void clauses(const std::string& own, const std::string& reference) {
    while (at_ < end_) clause(own, reference);
  }

  void clause(const std::string& own, const std::string& reference) {
    if (is("CONSTRAINT") || is("MATCH")) return skip(2);
    if (is("CHECK") || is("DEFAULT")) return check_or_default();
    if (is("REFERENCES")) return references();
    if (is("ON") && !is("CONFLICT", 1)) return skip(is("SET", 2) || is("NO", 2) ? 4 : 3);
    if (is("ON")) return conflict(own);
    if (is("COLLATE")) return collation(own);
    if (is("AS")) return generated(own);
    if (is("NOT") && is("NULL", 1)) return begin("NOT NULL", 2);
    if (is("PRIMARY") && is("DESC", 2)) add(own, "DESC");
    if (is("PRIMARY")) return begin("PRIMARY KEY", 2);
    if (is("UNIQUE")) {
      unique_ = part("unique", "(" + column_ + ")");
      return begin("", 1);
    }
    const bool is_told = is("NULL") || is("GENERATED") || is("ALWAYS") || is("ASC") || is("DESC");
    const bool defers =
        is("NOT") || is("DEFERRABLE") || is("INITIALLY") || is("DEFERRED") || is("IMMEDIATE");
    if (!is_told) add(defers && !reference.empty() ? reference : own, uppered(tokens_[at_].text));
    skip(1);
  }

  // `constraint`: what an ON CONFLICT behind it belongs to; of UNIQUE it has a part of its own.
  void begin(const char* constraint, size_t words) {
    last_ = constraint;
    if (!last_.empty()) unique_.clear();
    skip(words);
  }

  void check_or_default() {
    skip(1);
    if (at_ < end_ && tokens_[at_].is('(')) {
      parenthesised();
    } else {
      skip(at_ < end_ && (tokens_[at_].is('-') || tokens_[at_].is('+')) ? 2 : 1);
    }
  }

  void references() {
    skip(2);
    if (at_ < end_ && tokens_[at_].is('(')) parenthesised();
  }

  void conflict(const std::string& own) {
    skip(2);
    const std::string action = at_ < end_ ? uppered(tokens_[at_].text) : "";
    const std::string detail = "ON CONFLICT " + action;
    const std::string told = last_.empty() ? detail : "(" + last_ + " " + detail + ")";
    add(unique_.empty() ? own : unique_, told);
    skip(1);
  }

  void collation(const std::string& own) {
    skip(1);
    const bool is_usual = is("BINARY");
    if (at_ < end_ && !is_usual) add(own, "COLLATE " + uppered(tokens_[at_].value()));
    skip(1);
  }

  void generated(const std::string& own) {
    skip(1);
    add(own, "AS " + parenthesised());
    if (is("STORED")) add(own, "STORED");
    if (is("STORED") || is("VIRTUAL")) skip(1);
  }

  const std::string table_;
  const db::SqlTokenList& tokens_;
  size_t at_ = 0;
  size_t end_ = 0;
  std::string column_;  // whose definition this is
  std::string last_;    // the constraint that an ON CONFLICT belongs to
  std::string unique_;  // its part, where it is UNIQUE
  std::map<std::string, std::string> details_;
};

}  // namespace

std::map<std::string, std::string> table_details(std::string_view table,
                                                 std::string_view create_table) {
  return Details(table, db::tokens_of(create_table)).read();
}

}  // namespace prodev::cli
