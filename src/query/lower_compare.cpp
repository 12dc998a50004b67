// Comparisons with what a column is declared to hold, where SQLite's own comparison of the stored
// values is another:
//
//   created_at=gte.2026-11-28T09:00:00+01:00   of a TIMESTAMP; the texts are a range for an index
//     ("created_at" >= '2026-11-27 17:00' AND _time_key("created_at") >=
//     '2026-11-28T08:00:00.000000')
//   id=eq.A0EEBC99-...                          of a UUID, which others may have stored in capitals
//     "id" IN ('a0eebc99-...','A0EEBC99-...')
//   tags=eq.{1,2}                               of JSON: its elements may be numbers or texts
//     _json_key("tags") IN (_json_key('[1,2]'),_json_key('["1","2"]'))
#include <algorithm>

#include "query/array_literal.h"
#include "query/date_time.h"
#include "query/lowering.h"
#include "query/stored_operand.h"
#include "text/ascii.h"
#include "text/json_reader.h"

namespace prodev::query {

namespace {

using catalog::Column;
using catalog::ValueKind;

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

// The + of a zone is a blank in a query string where it was not sent as %2B.
std::string with_plus(std::string_view text) {
  std::string whole(text);
  const size_t blank = whole.rfind(' ');
  const bool in_front_of_zone = blank != std::string::npos && blank > whole.find(':');
  if (in_front_of_zone) whole[blank] = '+';
  return whole;
}

std::optional<std::string> time_key_of(const Column& column, std::string_view text) {
  std::optional<std::string> key = time_key(with_plus(text));
  const bool has_date = key && key->find('T') != std::string::npos;
  return key && has_date == (column.kind == ValueKind::kTimestamp) ? key : std::nullopt;
}

// '["1","a"]' -> '[1,"a"]': the elements that are numbers and booleans as such.
std::string typed_elements(std::string_view strings) {
  std::string typed = "[";
  std::string element;
  text::JsonReader reader(strings);
  reader.begin_array();
  while (reader.next_element()) {
    if (typed.size() > 1) typed += ',';
    if (reader.peek() != text::JsonReader::Kind::kString) {
      typed += reader.read_raw();
      continue;
    }
    const std::string quoted(reader.read_raw());
    text::JsonReader(quoted).read_string(element);
    const bool is_text = !text::is_json(element) || element.find_first_of("\"[{") == 0;
    typed += is_text ? quoted : element;
  }
  return typed + "]";
}

// What a JSON value is compared with; more than one where PostgreSQL's array literal leaves open
// which type its elements have.
Outcome<std::vector<Value>> json_operands(const std::string& text) {
  std::vector<Value> values;
  if (text::is_json(text)) values.push_back(Value::of_text(text));
  if (text == "{}") {
    values.push_back(Value::of_text("[]"));
  } else if (values.empty() && text.starts_with('{')) {
    TRY_ASSIGN(std::string strings, json_of_array_literal(text));
    values.push_back(Value::of_text(typed_elements(strings)));
    values.push_back(Value::of_text(std::move(strings)));
  }
  if (!values.empty()) return values;
  return refuse({400, "22P02",
                 "invalid input syntax for type json: \"" + text.substr(0, 100) + "\"",
                 "A string needs quotes here; ->> compares with plain text."});
}

Outcome<std::vector<Value>> uuid_operands(const Column& column, const std::string& text) {
  std::vector<Value> values(1);
  TRY_ASSIGN(values.front(), comparand(column, text));
  std::string capitals = values.front().bytes;
  std::transform(capitals.begin(), capitals.end(), capitals.begin(), [](char c) {
    return c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  if (capitals != values.front().bytes) values.push_back(Value::of_text(std::move(capitals)));
  return values;
}

}  // namespace

Outcome<const Column*> Lowering::add_order_operand(const Scope& scope, const Field& field,
                                                   std::string& out) {
  std::string sql;
  TRY_ASSIGN(const Column* column, add_operand(scope, field, sql));
  const bool by_time = field.is_plain() && is_time(column->kind);
  out += by_time ? "_time_key(" + sql + ")" : sql;
  return column;
}

Outcome<void> Lowering::add_one(const Scope& scope, const Condition& condition,
                                const std::string& operand, std::string& out) {
  switch (condition.op) {
    case Operator::kLike:
    case Operator::kIlike:
    case Operator::kMatch:
    case Operator::kImatch:
      return add_pattern(scope, condition, operand, out);
    default:
      break;
  }
  Compared left{nullptr, {}, condition.op};
  TRY_ASSIGN(left.column, add_operand(scope, condition.field, left.sql));
  if (condition.as_stored) return add_stored(left, value_of_operand(operand), out);
  return add_compared(left, operand, out);
}

Outcome<void> Lowering::add_compared(const Compared& left, const std::string& operand,
                                     std::string& out) {
  if (is_time(left.column->kind)) return add_time(left, operand, out);
  const bool equality =
      left.op == Operator::kEq || left.op == Operator::kNeq || left.op == Operator::kIsDistinct;
  std::string operands;
  TRY_ASSIGN(const size_t count, add_operands(left, operand, equality, operands));
  if (count == 1) {
    out.append(left.sql).append(operator_sql(left.op)).append(operands);
    return {};
  }
  const bool counts_null = left.op == Operator::kIsDistinct;
  if (counts_null) out.append("(").append(left.sql).append(" IS NULL OR ");
  out.append(left.sql).append(left.op == Operator::kEq ? " IN (" : " NOT IN (");
  out.append(operands).append(counts_null ? "))" : ")");
  return {};
}

// The parameters for `operand`, with commas between them, and how many there are. `all`: every
// spelling of it, else the one that has an order.
Outcome<size_t> Lowering::add_operands(const Compared& left, const std::string& operand, bool all,
                                       std::string& out) {
  std::vector<Value> values;
  const bool is_json = left.column->kind == ValueKind::kJson;
  if (is_json) {
    TRY_ASSIGN(values, json_operands(operand));
  } else if (left.column->kind == ValueKind::kUuid) {
    TRY_ASSIGN(values, uuid_operands(*left.column, operand));
  } else {
    TRY_ASSIGN(values.emplace_back(), comparand(*left.column, operand));
  }
  if (!all) values.resize(1);
  for (size_t i = 0; i < values.size(); ++i) {
    if (i > 0) out += ',';
    if (is_json) out += "_json_key(";
    add_value(std::move(values[i]), out);
    if (is_json) out += ')';
  }
  return values.size();
}

Outcome<void> Lowering::add_list(const Scope& scope, const Condition& condition, std::string& out) {
  Compared left{nullptr, {}, Operator::kEq};
  TRY_ASSIGN(left.column, add_operand(scope, condition.field, left.sql));
  const bool by_time = is_time(left.column->kind) && !condition.operands.empty();
  out += by_time ? "(" : left.sql + " IN (";
  for (size_t i = 0; i < condition.operands.size(); ++i) {
    const size_t before = out.size();
    if (i > 0) out += by_time ? " OR " : ",";
    if (by_time) {
      TRY(add_time(left, condition.operands[i], out));
    } else {
      TRY(add_operands(left, condition.operands[i], true, out));
    }
    TRY(count_written(out.size() - before));
  }
  out += ')';
  return {};
}

Outcome<void> Lowering::add_time(const Compared& left, const std::string& operand,
                                 std::string& out) {
  std::optional<std::string> key = time_key_of(*left.column, text::trim(operand));
  if (!key) return add_no_time(left, operand, out);
  const bool from =
      left.op == Operator::kEq || left.op == Operator::kGt || left.op == Operator::kGte;
  const bool to = left.op == Operator::kEq || left.op == Operator::kLt || left.op == Operator::kLte;
  TextRange range = spellings_of(*key);
  out += '(';
  if (from) {
    out.append(left.sql).append(" >= ");
    add_value(Value::of_text(std::move(range.least)), out);
    out += " AND ";
  }
  if (to) {
    out.append(left.sql).append(" < ");
    add_value(Value::of_text(std::move(range.below)), out);
    out += " AND ";
  }
  out.append("_time_key(").append(left.sql).append(")").append(operator_sql(left.op));
  add_value(Value::of_text(std::move(*key)), out);
  out += ')';
  return {};
}

// Other programs store times as numbers, too, which compare with numbers. All of these are below
// all texts.
Outcome<void> Lowering::add_no_time(const Compared& left, const std::string& operand,
                                    std::string& out) {
  Column any = *left.column;
  any.kind = ValueKind::kAny;
  TRY_ASSIGN(Value value, comparand(any, text::trim(operand)));
  if (value.type == db::StorageClass::kText) return wrong_syntax(*left.column, operand);
  out.append(left.sql).append(operator_sql(left.op));
  add_value(std::move(value), out);
  return {};
}

// A value that was read, with those that were read beside it, in the order that they came in: the
// class of each counts, and texts are what the order takes them for.
Outcome<void> Lowering::add_stored(const Compared& left, Value value, std::string& out) {
  const bool by_time = is_time(left.column->kind) && value.type == db::StorageClass::kText;
  if (by_time && time_key_of(*left.column, value.bytes)) return add_time(left, value.bytes, out);
  const std::string_view begin = by_time ? "_time_key(" : "";
  const std::string_view end = by_time ? ")" : "";
  out.append(begin).append(left.sql).append(end).append(operator_sql(left.op)).append(begin);
  add_value(std::move(value), out);
  out.append(end);
  return {};
}

}  // namespace prodev::query
