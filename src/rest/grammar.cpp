#include "rest/grammar.h"

#include <algorithm>
#include <optional>

#include "query/array_literal.h"
#include "text/ascii.h"

namespace prodev::rest {

namespace {

using query::Condition;
using query::Operator;
using query::Outcome;

// How what follows an operator is read.
enum class Operand : uint8_t {
  kText,     // as it is
  kPattern,  // * stands for %
  kWord,     // in any case
  kList,     // (a,b)
};

struct OperatorRow {
  std::string_view name;
  Operator op;
  Operand operand = Operand::kText;
  bool quantifies = false;    // takes (any) and (all)
  bool has_language = false;  // takes (english)
};

constexpr OperatorRow kOperators[] = {{"eq", Operator::kEq, Operand::kText, true},
                                      {"neq", Operator::kNeq},
                                      {"gt", Operator::kGt, Operand::kText, true},
                                      {"gte", Operator::kGte, Operand::kText, true},
                                      {"lt", Operator::kLt, Operand::kText, true},
                                      {"lte", Operator::kLte, Operand::kText, true},
                                      {"like", Operator::kLike, Operand::kPattern, true},
                                      {"ilike", Operator::kIlike, Operand::kPattern, true},
                                      {"match", Operator::kMatch, Operand::kText, true},
                                      {"imatch", Operator::kImatch, Operand::kText, true},
                                      {"in", Operator::kIn, Operand::kList},
                                      {"is", Operator::kIs, Operand::kWord},
                                      {"isdistinct", Operator::kIsDistinct},
                                      {"fts", Operator::kTextQuery, Operand::kText, false, true},
                                      {"plfts", Operator::kPlainText, Operand::kText, false, true},
                                      {"phfts", Operator::kPhrase, Operand::kText, false, true},
                                      {"wfts", Operator::kWebSearch, Operand::kText, false, true},
                                      {"cs", Operator::kContains},
                                      {"cd", Operator::kContainedIn},
                                      {"ov", Operator::kOverlaps}};

constexpr std::string_view kOperatorNames =
    "not or an operator (eq, neq, gt, gte, lt, lte, like, ilike, match, imatch, in, is, "
    "isdistinct, fts, plfts, phfts, wfts, cs, cd, ov)";

// PostgreSQL's operators of ranges, which SQLite has no type for.
constexpr std::string_view kRangeOperators[] = {"sl", "sr", "nxr", "nxl", "adj"};

// In a filter of its own the value is the rest of the text; within and() and or() it ends at a
// comma or parenthesis, unless it is in quotes.
enum class Place { kAlone, kNested };

tl::unexpected<query::ApiError> too_many(const Scanner& scanner) {
  return scanner.fail("at most " + std::to_string(kMaxListItems) + " values");
}

// "(a,b)". NULL and backslashes out of quotes are as they are.
Outcome<std::vector<std::string>> parse_list(Scanner& scanner) {
  if (!scanner.take_mark("(")) return scanner.fail("'('");
  std::vector<std::string> items;
  if (scanner.take_mark(")")) return items;
  for (;;) {
    if (items.size() >= kMaxListItems) return too_many(scanner);
    TRY_ASSIGN(std::string item, scanner.take_word(",)"));
    items.push_back(std::move(item));
    if (scanner.take_mark(")")) return items;
    if (!scanner.take_mark(",")) return scanner.fail("',' or ')'");
  }
}

// "{a,b}" behind (any) and (all).
Outcome<void> take_array(const Scanner& scanner, std::string_view literal, Condition& condition) {
  query::ArrayLiteral array(literal);
  for (size_t count = 0; array.next(); ++count) {
    if (count >= kMaxListItems) return too_many(scanner);
    if (array.is_null()) {
      condition.has_null = true;
    } else {
      condition.operands.push_back(array.text());
    }
  }
  if (array.failed()) return query::refuse(array.error(query::kArrayHint));
  return {};
}

// Steps over the operator that is next.
Outcome<const OperatorRow*> parse_operator(Scanner& scanner) {
  const Scanner at_operator = scanner;
  const std::string_view name = scanner.take_until(".(,)");
  const auto* row = std::find_if(std::begin(kOperators), std::end(kOperators),
                                 [&](const OperatorRow& known) { return known.name == name; });
  if (row != std::end(kOperators)) return row;
  if (std::find(std::begin(kRangeOperators), std::end(kRangeOperators), name) !=
      std::end(kRangeOperators)) {
    return query::refuse({400, "0A000", "the operator " + std::string(name) + " needs a range type",
                          "SQLite has no range types.",
                          "Compare the two ends of the range, each in a column of its own."});
  }
  return at_operator.fail(std::string(kOperatorNames));
}

// "(any)", "(all)" or "(english)" after an operator. The language is left to the table's tokenizer.
Outcome<query::Quantifier> parse_modifier(Scanner& scanner, const OperatorRow& row) {
  if (!scanner.take("(")) return query::Quantifier::kNone;
  const std::string_view word = scanner.take_until(")");
  const bool any = word == "any";
  if ((row.quantifies && (any || word == "all")) || (row.has_language && !word.empty())) {
    if (!scanner.take(")")) return scanner.fail("')'");
    if (row.has_language) return query::Quantifier::kNone;
    return any ? query::Quantifier::kAny : query::Quantifier::kAll;
  }
  return scanner.fail(row.quantifies ? "any or all" : row.has_language ? "a language" : "'.'");
}

Outcome<std::string> parse_operand(Scanner& scanner, Place place) {
  if (place == Place::kAlone) return std::string(scanner.take_rest());
  if (scanner.rest().starts_with('{')) return scanner.take_braces();
  if (scanner.rest().starts_with('"')) return scanner.take_word(",)");
  // Blanks in front are the value's own, as where it stands alone.
  std::string_view bare = scanner.take_until(",)");
  while (bare.ends_with(' ')) bare.remove_suffix(1);
  return std::string(bare);
}

void prepare_operand(std::string& operand, Operand kind) {
  if (kind == Operand::kPattern) std::replace(operand.begin(), operand.end(), '*', '%');
  if (kind == Operand::kWord) operand = text::lowered(operand);
}

// "not.eq.5": what follows the field and its dot.
Outcome<Condition> parse_operation(Scanner& scanner, query::Field field, Place place) {
  Condition condition;
  condition.kind = Condition::Kind::kComparison;
  condition.field = std::move(field);
  condition.negated = scanner.take("not.");
  TRY_ASSIGN(const OperatorRow* row, parse_operator(scanner));
  condition.op = row->op;
  TRY_ASSIGN(condition.quantifier, parse_modifier(scanner, *row));
  if (!scanner.take(".")) return scanner.fail("'.' and a value");
  if (row->operand == Operand::kList) {
    TRY_ASSIGN(condition.operands, parse_list(scanner));
    return condition;
  }
  TRY_ASSIGN(std::string operand, parse_operand(scanner, place));
  if (condition.quantifier == query::Quantifier::kNone) {
    condition.operands.push_back(std::move(operand));
  } else {
    TRY(take_array(scanner, operand, condition));
  }
  for (std::string& one : condition.operands) prepare_operand(one, row->operand);
  return condition;
}

bool is_index(std::string_view key) {
  if (key.starts_with('-')) key.remove_prefix(1);
  return !key.empty() && key.size() <= 9 &&
         key.find_first_not_of("0123456789") == std::string_view::npos;
}

class LogicParser {
 public:
  explicit LogicParser(std::string_view text) : scanner_("logic tree", text) {}

  Outcome<Condition> parse(Condition::Kind kind, bool negated) {
    TRY_ASSIGN(Condition tree, parse_group(kind, negated, 1));
    if (!scanner_.at_end()) return scanner_.fail("the end");
    return tree;
  }

 private:
  Outcome<Condition> parse_group(Condition::Kind kind, bool negated, size_t depth) {
    if (depth > kMaxDepth) return scanner_.fail("at most " + std::to_string(kMaxDepth) + " levels");
    if (!scanner_.take_mark("(")) return scanner_.fail("'('");
    Condition group;
    group.kind = kind;
    group.negated = negated;
    for (;;) {
      TRY_ASSIGN(Condition child, parse_member(depth));
      group.children.push_back(std::move(child));
      if (scanner_.take_mark(")")) return group;
      if (!scanner_.take_mark(",")) return scanner_.fail("',' or ')'");
    }
  }

  Outcome<Condition> parse_member(size_t depth) {
    if (++conditions_ > kMaxConditions)
      return scanner_.fail("at most " + std::to_string(kMaxConditions) + " conditions");
    Scanner ahead = scanner_;
    const bool negated = ahead.take("not.");
    for (const auto& [word, kind] :
         {std::pair("and", Condition::Kind::kAll), std::pair("or", Condition::Kind::kAny)}) {
      Scanner after_word = ahead;
      if (!after_word.take(word)) continue;
      after_word.skip_blanks();
      if (!after_word.rest().starts_with('(')) continue;
      scanner_ = after_word;
      return parse_group(kind, negated, depth + 1);
    }
    TRY_ASSIGN(query::Field field, parse_field(scanner_, ".,()"));
    if (field.column.empty() || !scanner_.take("."))
      return scanner_.fail("a column, '.' and an operator");
    return parse_operation(scanner_, std::move(field), Place::kNested);
  }

  Scanner scanner_;
  size_t conditions_ = 0;
};

}  // namespace

Outcome<query::Field> parse_field(Scanner& scanner, std::string_view stops) {
  query::Field field;
  TRY_ASSIGN(field.column, scanner.take_name(stops));
  while (scanner.take("->")) {
    if (field.as_text) return scanner.fail("the end of the path after ->>");
    if (field.path.size() >= kMaxPathSteps)
      return scanner.fail("at most " + std::to_string(kMaxPathSteps) + " steps");
    field.as_text = scanner.take(">");
    scanner.skip_blanks();
    const Scanner at_key = scanner;
    const bool quoted = scanner.rest().starts_with('"');
    query::JsonStep step;
    TRY_ASSIGN(step.key, scanner.take_name(stops));
    if (step.key.empty() && !quoted) return scanner.fail("a key or an index");
    step.is_index = !quoted && is_index(step.key);
    if (!quoted && !step.is_index && step.key.starts_with('-'))
      return at_key.fail("an index of up to 9 digits, or a key in quotes");
    field.path.push_back(std::move(step));
  }
  return field;
}

Outcome<Condition> parse_filter(query::Field field, std::string_view text) {
  Scanner scanner("filter", text);
  TRY_ASSIGN(Condition condition, parse_operation(scanner, std::move(field), Place::kAlone));
  if (!scanner.at_end()) return scanner.fail("the end");
  return condition;
}

Outcome<Condition> parse_logic(Condition::Kind kind, bool negated, std::string_view text) {
  return LogicParser(text).parse(kind, negated);
}

Outcome<std::vector<query::OrderItem>> parse_order(std::string_view text) {
  Scanner scanner("order", text);
  std::vector<query::OrderItem> items;
  do {
    if (items.size() >= kMaxOrderItems)
      return scanner.fail("at most " + std::to_string(kMaxOrderItems) + " columns");
    query::OrderItem item;
    TRY_ASSIGN(item.field, parse_field(scanner, ".,()"));
    if (item.field.is_plain() && scanner.take_mark("(")) {
      item.relation = std::move(item.field.column);
      TRY_ASSIGN(item.field, parse_field(scanner, ".,()"));
      if (!scanner.take_mark(")")) return scanner.fail("')'");
    }
    if (item.field.column.empty()) return scanner.fail("a column");
    bool directed = false;
    while (scanner.take(".")) {
      const Scanner at_word = scanner;
      const std::string_view word = text::trim(scanner.take_until(".,"));
      const bool nulls = word == "nullsfirst" || word == "nullslast";
      const bool direction = word == "asc" || word == "desc";
      if ((!nulls && !direction) || item.nulls_first || (direction && directed))
        return at_word.fail("asc, desc, nullsfirst or nullslast");
      if (nulls) item.nulls_first = word == "nullsfirst";
      if (direction) item.descending = word == "desc";
      directed = directed || direction;
    }
    items.push_back(std::move(item));
  } while (scanner.take_mark(","));
  if (!scanner.at_end()) return scanner.fail("'.' or ','");
  return items;
}

Outcome<std::vector<std::string>> parse_names(std::string_view text) {
  Scanner scanner("list of columns", text);
  std::vector<std::string> names;
  do {
    if (names.size() >= kMaxNames)
      return scanner.fail("at most " + std::to_string(kMaxNames) + " columns");
    TRY_ASSIGN(std::string name, scanner.take_word(","));
    if (name.empty()) return scanner.fail("a column");
    names.push_back(std::move(name));
  } while (scanner.take_mark(","));
  return names;
}

}  // namespace prodev::rest
