#include "rest/grammar.h"

#include <algorithm>
#include <optional>

#include "rest/scanner.h"

namespace prodev::rest {

namespace {

using query::Condition;
using query::Operator;
using query::Outcome;

struct OperatorRow {
  std::string_view name;
  Operator op;
};

constexpr OperatorRow kOperators[] = {{"eq", Operator::kEq},
                                      {"neq", Operator::kNeq},
                                      {"gt", Operator::kGt},
                                      {"gte", Operator::kGte},
                                      {"lt", Operator::kLt},
                                      {"lte", Operator::kLte},
                                      {"like", Operator::kLike},
                                      {"ilike", Operator::kIlike},
                                      {"in", Operator::kIn},
                                      {"is", Operator::kIs},
                                      {"isdistinct", Operator::kIsDistinct}};

constexpr std::string_view kOperatorNames =
    "not or an operator (eq, neq, gt, gte, lt, lte, like, ilike, in, is, isdistinct)";

// In a filter of its own the value is the rest of the text; within and() and or() it ends at a
// comma or parenthesis, unless it is in quotes.
enum class Place { kAlone, kNested };

Outcome<std::vector<std::string>> parse_list(Scanner& scanner) {
  if (!scanner.take("(")) return scanner.fail("'('");
  std::vector<std::string> items;
  if (scanner.take(")")) return items;
  for (;;) {
    if (items.size() >= kMaxListItems)
      return scanner.fail("at most " + std::to_string(kMaxListItems) + " values");
    TRY_ASSIGN(std::string item, scanner.take_word(",)"));
    items.push_back(std::move(item));
    if (scanner.take(")")) return items;
    if (!scanner.take(",")) return scanner.fail("',' or ')'");
  }
}

// "not.eq.5": what follows the column and its dot.
Outcome<Condition> parse_operation(Scanner& scanner, std::string column, Place place) {
  Condition condition;
  condition.kind = Condition::Kind::kComparison;
  condition.column = std::move(column);
  condition.negated = scanner.take("not.");
  const Scanner at_operator = scanner;
  const std::string_view name = scanner.take_until(".,)");
  const auto* row = std::find_if(std::begin(kOperators), std::end(kOperators),
                                 [&](const OperatorRow& known) { return known.name == name; });
  if (row == std::end(kOperators)) return at_operator.fail(std::string(kOperatorNames));
  if (!scanner.take(".")) return scanner.fail("'.' and a value");
  condition.op = row->op;
  if (condition.op == Operator::kIn) {
    TRY_ASSIGN(condition.operands, parse_list(scanner));
    return condition;
  }
  std::string value;
  if (place == Place::kAlone) {
    value = scanner.take_rest();
  } else {
    TRY_ASSIGN(value, scanner.take_word(",)"));
  }
  if (condition.op == Operator::kLike || condition.op == Operator::kIlike)
    std::replace(value.begin(), value.end(), '*', '%');
  if (condition.op == Operator::kIs) {
    for (char& c : value) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    }
  }
  condition.operands.push_back(std::move(value));
  return condition;
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
    if (!scanner_.take("(")) return scanner_.fail("'('");
    Condition group;
    group.kind = kind;
    group.negated = negated;
    for (;;) {
      TRY_ASSIGN(Condition child, parse_member(depth));
      group.children.push_back(std::move(child));
      if (scanner_.take(")")) return group;
      if (!scanner_.take(",")) return scanner_.fail("',' or ')'");
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
      if (!after_word.take(word) || !after_word.rest().starts_with('(')) continue;
      scanner_ = after_word;
      return parse_group(kind, negated, depth + 1);
    }
    TRY_ASSIGN(std::string column, scanner_.take_word(".,()"));
    if (column.empty() || !scanner_.take("."))
      return scanner_.fail("a column, '.' and an operator");
    return parse_operation(scanner_, std::move(column), Place::kNested);
  }

  Scanner scanner_;
  size_t conditions_ = 0;
};

}  // namespace

Outcome<Condition> parse_filter(std::string column, std::string_view text) {
  Scanner scanner("filter", text);
  TRY_ASSIGN(Condition condition, parse_operation(scanner, std::move(column), Place::kAlone));
  if (!scanner.at_end()) return scanner.fail("the end");
  return condition;
}

Outcome<Condition> parse_logic(Condition::Kind kind, bool negated, std::string_view text) {
  return LogicParser(text).parse(kind, negated);
}

Outcome<std::vector<query::SelectItem>> parse_select(std::string_view text) {
  Scanner scanner("select parameter", text);
  std::vector<query::SelectItem> items;
  while (!scanner.at_end()) {
    query::SelectItem item;
    TRY_ASSIGN(item.column, scanner.take_word(":,()"));
    const bool renamed = !scanner.rest().starts_with("::") && scanner.take(":");
    if (renamed) {
      item.alias = std::move(item.column);
      TRY_ASSIGN(item.column, scanner.take_word(":,()"));
    }
    if (item.column.empty()) return scanner.fail("a column");
    if (scanner.take("::")) item.cast = scanner.take_until(",()");
    items.push_back(std::move(item));
    if (scanner.at_end()) break;
    if (!scanner.take(",")) return scanner.fail("','");
    if (scanner.at_end()) return scanner.fail("a column");
  }
  return items;
}

Outcome<std::vector<query::OrderItem>> parse_order(std::string_view text) {
  Scanner scanner("order", text);
  std::vector<query::OrderItem> items;
  do {
    query::OrderItem item;
    TRY_ASSIGN(item.column, scanner.take_word(".,"));
    if (item.column.empty()) return scanner.fail("a column");
    bool directed = false;
    while (scanner.take(".")) {
      const Scanner at_word = scanner;
      const std::string_view word = scanner.take_until(".,");
      const bool nulls = word == "nullsfirst" || word == "nullslast";
      const bool direction = word == "asc" || word == "desc";
      if ((!nulls && !direction) || item.nulls_first || (direction && directed))
        return at_word.fail("asc, desc, nullsfirst or nullslast");
      if (nulls) item.nulls_first = word == "nullsfirst";
      if (direction) item.descending = word == "desc";
      directed = directed || direction;
    }
    items.push_back(std::move(item));
  } while (scanner.take(","));
  if (!scanner.at_end()) return scanner.fail("'.' or ','");
  return items;
}

Outcome<std::vector<std::string>> parse_names(std::string_view text) {
  Scanner scanner("list of columns", text);
  std::vector<std::string> names;
  do {
    TRY_ASSIGN(std::string name, scanner.take_word(","));
    if (name.empty()) return scanner.fail("a column");
    names.push_back(std::move(name));
  } while (scanner.take(","));
  return names;
}

}  // namespace prodev::rest
