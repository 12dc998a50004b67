#include "db/sql_tokens.h"
#include "query/lowering.h"

namespace prodev::query {

namespace {

constexpr std::string_view operator_sql(Operator op) {
  switch (op) {
    case Operator::kNeq:
      return " <> ";
    case Operator::kGt:
      return " > ";
    case Operator::kGte:
      return " >= ";
    case Operator::kLt:
      return " < ";
    case Operator::kLte:
      return " <= ";
    case Operator::kIsDistinct:
      return " IS NOT ";
    default:
      return " = ";
  }
}

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

}  // namespace

Outcome<void> Lowering::add_condition(const Condition& condition) {
  if (condition.negated) sql() += "NOT ";
  if (condition.kind == Condition::Kind::kComparison) {
    if (condition.negated) sql() += '(';
    TRY(add_comparison(condition));
    if (condition.negated) sql() += ')';
    return {};
  }
  const bool all = condition.kind == Condition::Kind::kAll;
  sql() += '(';
  if (condition.children.empty()) sql() += all ? '1' : '0';
  for (size_t i = 0; i < condition.children.size(); ++i) {
    if (i > 0) sql() += all ? " AND " : " OR ";
    TRY(add_condition(condition.children[i]));
  }
  sql() += ')';
  return {};
}

Outcome<void> Lowering::add_where(const Condition& condition, std::string_view more_rows,
                                  const Condition& after) {
  std::string_view glue = " WHERE ";
  for (const Condition* one : {&condition, &after}) {
    if (one->children.empty()) continue;
    sql() += glue;
    TRY(add_condition(*one));
    glue = " AND ";
  }
  for (const std::string_view rows : {guard_.rows, more_rows}) {
    if (rows.empty()) continue;
    sql().append(glue).append(rows);
    glue = " AND ";
  }
  return {};
}

Outcome<void> Lowering::add_comparison(const Condition& condition) {
  TRY_ASSIGN(const catalog::Column* column, readable_column(condition.column));
  switch (condition.op) {
    case Operator::kIs:
      return add_is(*column, condition.operands.front());
    case Operator::kLike:
    case Operator::kIlike:
      return add_pattern(*column, condition);
    case Operator::kIn:
      return add_list(*column, condition);
    default:
      break;
  }
  TRY_ASSIGN(Value value, comparand(*column, condition.operands.front()));
  db::append_name(sql(), column->name);
  sql() += operator_sql(condition.op);
  add_value(std::move(value));
  return {};
}

Outcome<void> Lowering::add_is(const catalog::Column& column, const std::string& operand) {
  struct Row {
    std::string_view word;
    std::string_view sql;
    bool boolean;
  };
  static constexpr Row kRows[] = {{"null", " IS NULL", false},
                                  {"not_null", " IS NOT NULL", false},
                                  {"true", " IS TRUE", true},
                                  {"false", " IS FALSE", true},
                                  {"unknown", " IS NULL", true}};
  for (const Row& row : kRows) {
    if (operand != row.word) continue;
    if (row.boolean && column.kind != catalog::ValueKind::kBoolean) {
      return refuse({400, "42804",
                     "argument of IS " + operand + " must be type boolean, not type " +
                         std::string(catalog::type_name(column.kind)),
                     "Column " + column.name});
    }
    db::append_name(sql(), column.name);
    sql() += row.sql;
    return {};
  }
  return refuse({400, "PGRST100", "failed to parse filter (is." + operand + ")",
                 "is takes null, not_null, true, false or unknown"});
}

Outcome<void> Lowering::add_pattern(const catalog::Column& column, const Condition& condition) {
  const std::string& pattern = condition.operands.front();
  // Any column may be compared with a pattern, as its text.
  catalog::Column as_text = column;
  as_text.kind = catalog::ValueKind::kText;
  TRY_ASSIGN(Value value, comparand(as_text, pattern));
  if (pattern.size() > 500)
    return refuse({400, "54000", "a pattern is longer than 500 bytes", "Column " + column.name});
  // The + keeps the pattern from a virtual table's own index: FTS5's trigram index of SQLite 3.40
  // crashes on some pairs of patterns.
  if (table_.kind == catalog::TableKind::kVirtual) sql() += '+';
  db::append_name(sql(), column.name);
  if (condition.op == Operator::kLike) {
    value.bytes = glob_of(pattern);
    sql() += " GLOB ";
    add_value(std::move(value));
  } else {
    sql() += " LIKE ";
    add_value(std::move(value));
    sql() += " ESCAPE '\\'";
  }
  return {};
}

Outcome<void> Lowering::add_list(const catalog::Column& column, const Condition& condition) {
  db::append_name(sql(), column.name);
  sql() += " IN (";
  for (size_t i = 0; i < condition.operands.size(); ++i) {
    if (i > 0) sql() += ',';
    TRY_ASSIGN(Value value, comparand(column, condition.operands[i]));
    add_value(std::move(value));
  }
  sql() += ')';
  return {};
}

}  // namespace prodev::query
