#include "db/sql_tokens.h"
#include "query/array_literal.h"
#include "query/lowering.h"
#include "query/text_query.h"
#include "text/json_reader.h"

namespace prodev::query {

namespace {

using catalog::Column;
using catalog::ValueKind;

}  // namespace

Outcome<void> Lowering::add_condition(const Scope& scope, const Condition& condition, bool at_top,
                                      std::string& out) {
  const size_t before = out.size();
  if (condition.negated) out += "NOT ";
  const bool stays_at_top = at_top && !condition.negated;
  if (condition.kind == Condition::Kind::kComparison) {
    const bool asks = scope.hides_rows() && may_fail(scope, condition);
    if (condition.negated) out += '(';
    if (asks) scope.when_seen(out);
    TRY(add_comparison(scope, condition, stays_at_top, out));
    if (asks) out += " END";
    if (condition.negated) out += ')';
    return count_written(out.size() - before);
  }
  const bool all = condition.kind == Condition::Kind::kAll;
  out += '(';
  if (condition.children.empty()) out += all ? '1' : '0';
  for (size_t i = 0; i < condition.children.size(); ++i) {
    if (i > 0) out += all ? " AND " : " OR ";
    TRY(add_condition(scope, condition.children[i], stays_at_top && all, out));
  }
  out += ')';
  return {};
}

Outcome<void> Lowering::add_filters(const Scope& scope, Filters which, std::string& out) {
  // What stands within cannot fail.
  const bool careful = which != Filters::kWithin && asks_seen(scope, scope.read.where);
  if (careful) out += " AND (1";
  for (const Condition& condition : scope.read.where.children) {
    if (!is_among(scope, condition, which)) continue;
    out += " AND ";
    TRY(add_condition(scope, condition, true, out));
  }
  for (const Embed& embed : scope.read.embeds) {
    if (!embed.inner || which == Filters::kWithin) continue;
    out += " AND ";
    TRY(add_exists(scope, embed, out));
  }
  if (careful) out.append(")").append(kNoPropagation);
  return {};
}

Outcome<void> Lowering::add_where(const Scope& scope, const Condition& where,
                                  std::string_view more_rows, std::string& out) {
  if (scope.fenced) {
    out += " WHERE 1";
    return add_filters(scope, Filters::kOutside, out);
  }
  const bool careful = asks_seen(scope, where);
  std::string_view glue = careful ? " WHERE (" : " WHERE ";
  if (!where.children.empty()) {
    out += glue;
    TRY(add_condition(scope, where, true, out));
    glue = " AND ";
  }
  for (const std::string_view rows : {scope.guard.rows, more_rows}) {
    if (rows.empty()) continue;
    out.append(glue).append(rows);
    glue = " AND ";
  }
  for (const Embed& embed : scope.read.embeds) {
    if (!embed.inner) continue;
    out += glue;
    glue = " AND ";
    TRY(add_exists(scope, embed, out));
  }
  if (careful) out.append(")").append(kNoPropagation);
  return {};
}

Outcome<void> Lowering::add_comparison(const Scope& scope, const Condition& condition, bool at_top,
                                       std::string& out) {
  switch (condition.op) {
    case Operator::kIs:
      return add_is(scope, condition, out);
    case Operator::kIn:
      return add_list(scope, condition, out);
    case Operator::kContains:
    case Operator::kContainedIn:
    case Operator::kOverlaps:
      return add_json(scope, condition, out);
    case Operator::kTextQuery:
    case Operator::kPlainText:
    case Operator::kPhrase:
    case Operator::kWebSearch:
      return add_text_query(scope, condition, at_top, out);
    default:
      break;
  }
  if (condition.quantifier == Quantifier::kNone)
    return add_one(scope, condition, condition.operands.front(), out);
  const bool any = condition.quantifier == Quantifier::kAny;
  out += '(';
  // NULL leaves open what no other value decides.
  if (condition.has_null) {
    out += "NULL";
  } else if (condition.operands.empty()) {
    out += any ? '0' : '1';
  }
  for (size_t i = 0; i < condition.operands.size(); ++i) {
    if (i > 0 || condition.has_null) out += any ? " OR " : " AND ";
    const size_t before = out.size();
    TRY(add_one(scope, condition, condition.operands[i], out));
    TRY(count_written(out.size() - before));
  }
  out += ')';
  return {};
}

Outcome<void> Lowering::add_is(const Scope& scope, const Condition& condition, std::string& out) {
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
  const std::string& operand = condition.operands.front();
  const Embed* embed = condition.field.is_plain() && (operand == "null" || operand == "not_null")
                           ? find_embed(scope.read, condition.field.column)
                           : nullptr;
  if (embed != nullptr) {
    if (operand == "null") out += "NOT ";
    return add_exists(scope, *embed, out);
  }
  for (const Row& row : kRows) {
    if (operand != row.word) continue;
    TRY_ASSIGN(const Column* column, add_operand(scope, condition.field, out));
    if (row.boolean && column->kind != ValueKind::kBoolean) {
      return refuse({400, "42804",
                     "argument of IS " + operand + " must be type boolean, not type " +
                         std::string(catalog::type_name(column->kind)),
                     "Column " + column->name});
    }
    out += row.sql;
    return {};
  }
  return refuse({400, "PGRST100", "failed to parse filter (is." + operand + ")",
                 "is takes null, not_null, true, false or unknown"});
}

Outcome<void> Lowering::add_json(const Scope& scope, const Condition& condition, std::string& out) {
  std::string stored;
  TRY_ASSIGN(const Typed typed, add_field(scope, condition.field, stored));
  const bool overlaps = condition.op == Operator::kOverlaps;
  if (typed.kind != ValueKind::kJson) {
    return refuse(
        {404, "42883",
         "operator does not exist: " + std::string(catalog::type_name(typed.kind)) +
             (overlaps ? " && unknown" : " @> unknown"),
         "cs, cd and ov compare JSON columns; column " + condition.field.column + " is none."});
  }
  // PostgreSQL's array literal stands for a JSON array whose elements may be of any type.
  std::string operand = condition.operands.front();
  bool loose = operand == "{}";
  if (!text::is_json(operand)) {
    TRY_ASSIGN(operand, json_of_array_literal(operand));
    loose = true;
  }
  std::string parameter;
  add_value(Value::of_text(std::move(operand)), parameter);
  const bool contained = condition.op == Operator::kContainedIn;
  out += overlaps ? "_json_overlaps(" : "_json_contains(";
  out.append(contained ? parameter : stored) += ',';
  out.append(contained ? stored : parameter).append(loose ? ",1)" : ",0)");
  return {};
}

Outcome<void> Lowering::add_text_query(const Scope& scope, const Condition& condition, bool at_top,
                                       std::string& out) {
  // Of a function's result, which has no column for the whole row.
  const bool of_result = scope.table.full_text && !scope.table.rows_of.empty();
  if (of_result && condition.field.is_plain() && condition.field.column == scope.table.rows_of) {
    TRY_ASSIGN(TextQuery words, text_query_of(condition.op, condition.operands.front()));
    add_result_search(scope, std::move(words), out);
    return {};
  }
  TRY_ASSIGN(const Column* column, readable_column(scope, condition.field.column));
  if (!scope.table.full_text || !condition.field.is_plain()) {
    return refuse(
        {404,
         "42883",
         "column \"" + column->name + "\" of \"" + scope.table.name + "\" has no full-text index",
         {},
         "Full-text search needs a table made with CREATE VIRTUAL TABLE ... USING fts5."});
  }
  TRY_ASSIGN(TextQuery words, text_query_of(condition.op, condition.operands.front()));
  if (column->name != scope.table.name) {
    std::string of_column;
    db::append_name(of_column, column->name);
    words.match = of_column + " : (" + words.match + ")";
  }
  if (of_result) {
    add_result_search(scope, std::move(words), out);
    return {};
  }
  // The hidden column that has the table's name stands for the row. Within OR and NOT, SQLite can
  // use a full-text index only in a query of its own.
  const bool apart = !at_top || words.negated;
  std::string name;
  db::append_name(name, scope.table.name);
  if (scope.qualifies) out.append(scope.qualifier) += '.';
  if (apart) {
    out.append("rowid").append(words.negated ? " NOT IN (" : " IN (");
    out.append("SELECT rowid FROM ").append(name).append(" WHERE ");
  }
  out.append(name).append(" MATCH ");
  query.searches = true;
  add_value(Value::of_text(std::move(words.match)), out);
  if (apart) out += ')';
  return {};
}

// What a function gives of a full-text table is in no index. A row of it matches when the table has
// the same row among those that match:
//   (ifnull("title",''),ifnull("body",'')) IN (SELECT ifnull("title",''),ifnull("body",'')
//     FROM main."note" WHERE "note" MATCH ?4)
void Lowering::add_result_search(const Scope& scope, TextQuery words, std::string& out) {
  std::string result;
  std::string stored;
  for (const Column& column : scope.table.columns) {
    if (!stored.empty()) result += ',', stored += ',';
    result += "ifnull(";
    add_column(scope, column, result);
    result += ",'')";
    stored += "ifnull(";
    db::append_name(stored, column.name);
    stored += ",'')";
  }
  std::string name;
  db::append_name(name, scope.table.rows_of);
  out.append("(").append(result).append(words.negated ? ") NOT IN (" : ") IN (");
  out.append("SELECT ").append(stored).append(" FROM main.").append(name).append(" WHERE ");
  out.append(name).append(" MATCH ");
  query.searches = true;
  add_value(Value::of_text(std::move(words.match)), out);
  out += ')';
}

}  // namespace prodev::query
