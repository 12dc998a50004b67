// Filters by patterns: like, ilike, match and imatch.
//
//   name=like.ab*   (("name" >= 'ab' AND "name" < 'ac') AND "name" GLOB 'ab*')
//   name=ilike.*x   "name" LIKE '%x' ESCAPE '\'
//   name=match.^a   _match('^a',"name")
#include "query/lowering.h"
#include "query/regular_expression.h"
#include "text/ascii.h"

namespace prodev::query {

namespace {

using catalog::Column;

constexpr size_t kMaxPatternBytes = 500;
// Of all regular expressions of a request: some milliseconds to compile.
constexpr size_t kMaxInstructions = 4 * RegularExpression::kMaxInstructions;

// A pattern of LIKE as one of GLOB, which tells upper from lower case and can use an index. A
// backslash makes the next character stand for itself, as in PostgreSQL.
std::string glob_of(std::string_view like) {
  std::string glob;
  const auto literal = [&](char c) {
    if (c == '*' || c == '?' || c == '[') {
      glob.append({'[', c, ']'});
    } else {
      glob.push_back(c);
    }
  };
  for (size_t i = 0; i < like.size(); ++i) {
    if (like[i] == '%') {
      glob.push_back('*');
    } else if (like[i] == '_') {
      glob.push_back('?');
    } else {
      if (like[i] == '\\' && i + 1 < like.size()) ++i;
      literal(like[i]);
    }
  }
  return glob;
}

// What every match of a pattern of LIKE begins with.
std::string prefix_of(std::string_view like) {
  std::string prefix;
  for (size_t i = 0; i < like.size() && like[i] != '%' && like[i] != '_'; ++i) {
    if (like[i] == '\\' && i + 1 < like.size()) ++i;
    prefix.push_back(like[i]);
  }
  return prefix;
}

// What is above all texts with `prefix`, by bytes. No byte of UTF-8 is the largest there is.
std::string above(std::string prefix) {
  prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  return prefix;
}

// SQLite's rule of what makes a column compare as text (sqlite.org/datatype3, 3.1).
bool compares_as_text(const Column& column) {
  std::string type;
  for (const char c : column.declared_type) type.push_back(text::to_lower(c));
  const auto has = [&](const char* part) { return type.find(part) != std::string::npos; };
  return !has("int") && (has("char") || has("clob") || has("text"));
}

// Whether texts that match a pattern lie in one range of the column's order: of an index, that is.
bool has_range(const Column& column, bool any_case) {
  if (!compares_as_text(column)) return false;
  if (text::equal_ignoring_case(column.collation, "NOCASE")) return true;
  return column.collation.empty() && !any_case;
}

}  // namespace

Outcome<void> Lowering::add_pattern(const Scope& scope, const Condition& condition,
                                    const std::string& pattern, std::string& out) {
  // Any column may be compared with a pattern, as its text.
  Column as_text;
  as_text.name = condition.field.column;
  as_text.kind = catalog::ValueKind::kText;
  TRY_ASSIGN(Value value, comparand(as_text, pattern));
  if (pattern.size() > kMaxPatternBytes)
    return refuse({400, "54000", "a pattern is longer than 500 bytes", "Column " + as_text.name});
  if (condition.op == Operator::kMatch || condition.op == Operator::kImatch)
    return add_regular(scope, condition, std::move(value), out);
  const bool any_case = condition.op == Operator::kIlike;
  out += '(';
  TRY(add_prefix_range(scope, condition.field, any_case, pattern, out));
  // The + keeps the pattern from a virtual table's own index: FTS5's trigram index of SQLite 3.40
  // crashes on some pairs of patterns.
  if (scope.table.kind == catalog::TableKind::kVirtual) out += '+';
  TRY(add_field(scope, condition.field, out));
  if (!any_case) value.bytes = glob_of(pattern);
  out += any_case ? " LIKE " : " GLOB ";
  add_value(std::move(value), out);
  if (any_case) out += " ESCAPE '\\'";
  out += ')';
  return {};
}

// "column >= prefix AND column < what is above it AND ", which indexes serve; nothing where there
// is no such range. A blob in a column of texts is in no range.
Outcome<void> Lowering::add_prefix_range(const Scope& scope, const Field& field, bool any_case,
                                         std::string_view pattern, std::string& out) {
  const Column* column = scope.table.find_column(field.column);
  std::string prefix = prefix_of(pattern);
  const bool is_plain = field.is_plain() && column != nullptr && !prefix.empty() &&
                        scope.table.kind != catalog::TableKind::kVirtual;
  if (!is_plain || !has_range(*column, any_case)) return {};
  if (!column->collation.empty()) {
    for (char& c : prefix) c = text::to_lower(c);
  }
  const auto add_bound = [&](const char* compares, std::string bound) -> Outcome<void> {
    TRY(add_field(scope, field, out));
    out += compares;
    add_value(Value::of_text(std::move(bound)), out);
    out += " AND ";
    return {};
  };
  TRY(add_bound(" >= ", prefix));
  return add_bound(" < ", above(prefix));
}

// It is on a loop that they are compiled first.
Outcome<void> Lowering::add_regular(const Scope& scope, const Condition& condition, Value pattern,
                                    std::string& out) {
  const bool any_case = condition.op == Operator::kImatch;
  const auto compiled = RegularExpression::compile(pattern.bytes, any_case);
  if (!compiled) {
    return refuse({400,
                   "2201B",
                   "invalid regular expression: " + compiled.error(),
                   {},
                   "The syntax is RE2's: without look-around, back references, \\m, \\M and \\y."});
  }
  regular_instructions_ += compiled->instructions();
  if (regular_instructions_ > kMaxInstructions) {
    return refuse({400, "54001", "the regular expressions of this request are too complex",
                   "Repetitions such as {100} count as often as they repeat."});
  }
  out += any_case ? "_imatch(" : "_match(";
  add_value(std::move(pattern), out);
  out += ',';
  TRY(add_field(scope, condition.field, out));
  out += ')';
  return {};
}

}  // namespace prodev::query
