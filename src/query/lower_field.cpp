#include <algorithm>
#include <charconv>

#include "db/sql_tokens.h"
#include "query/json_as_form.h"
#include "query/lowering.h"
#include "text/ascii.h"

namespace prodev::query {

namespace {

using catalog::Column;
using catalog::Table;
using catalog::ValueKind;

constexpr Cast kCasts[] = {{"text", "TEXT", ValueKind::kText},
                           {"varchar", "TEXT", ValueKind::kText},
                           {"char", "TEXT", ValueKind::kText},
                           {"uuid", "TEXT", ValueKind::kUuid},
                           {"integer", "INTEGER", ValueKind::kInteger},
                           {"int", "INTEGER", ValueKind::kInteger},
                           {"int2", "INTEGER", ValueKind::kInteger},
                           {"int4", "INTEGER", ValueKind::kInteger},
                           {"int8", "INTEGER", ValueKind::kInteger},
                           {"smallint", "INTEGER", ValueKind::kInteger},
                           {"bigint", "INTEGER", ValueKind::kInteger},
                           {"real", "REAL", ValueKind::kReal},
                           {"float4", "REAL", ValueKind::kReal},
                           {"float8", "REAL", ValueKind::kReal},
                           {"double precision", "REAL", ValueKind::kReal},
                           {"numeric", "NUMERIC", ValueKind::kNumeric},
                           {"decimal", "NUMERIC", ValueKind::kNumeric},
                           {"boolean", "INTEGER", ValueKind::kBoolean},
                           {"bool", "INTEGER", ValueKind::kBoolean},
                           {"json", "TEXT", ValueKind::kJson},
                           {"jsonb", "TEXT", ValueKind::kJson},
                           {"date", "TEXT", ValueKind::kDate},
                           {"time", "TEXT", ValueKind::kTime},
                           {"timestamp", "TEXT", ValueKind::kTimestamp},
                           {"timestamptz", "TEXT", ValueKind::kTimestamp}};

std::vector<std::string> names_of(const Table& table, const Guard& guard) {
  std::vector<std::string> names;
  for (const Column& column : table.columns) {
    if (guard.allows(column)) names.push_back(column.name);
  }
  return names;
}

bool may_hold_json(const Column& column) {
  return column.kind == ValueKind::kJson || column.kind == ValueKind::kAny;
}

Outcome<void> check_holds_json(const Column& column) {
  if (may_hold_json(column)) return {};
  return refuse(
      {400, "42883",
       "operator does not exist: " + std::string(catalog::type_name(column.kind)) + " -> unknown",
       "Column " + column.name + " holds no JSON.",
       "Declare it JSON, or give it a CHECK (json_valid(...))."});
}

// A full-text table has a column of its own name, to be searched by. Read, it would be a number
// that every search on the connection counts up, whoever makes it.
Outcome<void> check_has_value(const Table& table, const Column& column) {
  if (!table.full_text || !column.hidden || column.name != table.name) return {};
  return refuse(
      {400,
       "42703",
       "column " + table.name + "." + column.name + " has no value",
       {},
       "It stands for the whole row in full-text filters, such as " + table.name + "=fts.word."});
}

}  // namespace

tl::unexpected<ApiError> permission_denied(const Table& table, const Column& column) {
  return refuse(
      {403, "42501", "permission denied for column " + column.name + " of table " + table.name});
}

bool Guard::allows(const Column& column) const {
  return columns == nullptr ||
         std::find(columns->begin(), columns->end(), column.name) != columns->end();
}

Outcome<const Cast*> find_cast(std::string_view name) {
  const auto* found = std::find_if(std::begin(kCasts), std::end(kCasts), [&](const Cast& cast) {
    return text::equal_ignoring_case(cast.name, name);
  });
  if (found != std::end(kCasts)) return found;
  return refuse({400, "42704", "type \"" + std::string(name) + "\" does not exist"});
}

std::string cast_to(const Cast& cast, std::string_view expression, ValueKind from) {
  std::string sql(expression);
  if (from == ValueKind::kBoolean && cast.kind == ValueKind::kText) {
    return "CASE " + sql + " WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE CAST(" + sql +
           " AS TEXT) END";
  }
  // PostgreSQL's spellings; NULL for any other text, where it would fail.
  if (cast.kind == ValueKind::kBoolean && (from == ValueKind::kText || from == ValueKind::kJson)) {
    return "CASE WHEN lower(" + sql + ") IN ('true','t','yes','y','on','1') THEN 1 WHEN lower(" +
           sql + ") IN ('false','f','no','n','off','0') THEN 0 END";
  }
  if (cast.kind == ValueKind::kBoolean) return "(" + sql + ") <> 0";
  // The text of a date or time; a number is what SQLite's functions take it for.
  if (cast.kind == ValueKind::kDate) return "date(" + sql + ")";
  if (cast.kind == ValueKind::kTime) return "time(" + sql + ")";
  // PostgreSQL rounds, SQLite would cut.
  if (cast.kind == ValueKind::kInteger && (from == ValueKind::kReal || from == ValueKind::kNumeric))
    return "CAST(round(" + sql + ") AS INTEGER)";
  return "CAST(" + sql + " AS " + std::string(cast.sql) + ")";
}

Outcome<const Column*> Lowering::readable_column(const Scope& scope, std::string_view name) const {
  const Column* column = scope.table.find_column(name);
  if (column == nullptr && find_embed(scope.read, name) != nullptr) {
    return refuse({400, "PGRST120",
                   "Only is null or not is null filters are allowed on embedded resources",
                   "'" + std::string(name) + "' is an embedded resource of this request"});
  }
  if (column == nullptr) {
    return refuse(unknown_column(scope.table.name, name, names_of(scope.table, scope.guard)));
  }
  if (!scope.guard.allows(*column)) return permission_denied(scope.table, *column);
  return column;
}

std::string derived_name(const std::string& column) {
  const bool is_word =
      text::equal_ignoring_case(column, "true") || text::equal_ignoring_case(column, "false");
  return is_word ? "_prodev_" + column : column;
}

void Lowering::add_column(const Scope& scope, const Column& column, std::string& out) {
  if (scope.qualifies) out.append(scope.qualifier).push_back('.');
  db::append_name(out, scope.derived ? derived_name(column.name) : column.name);
}

namespace {

// ",step,step)" of a path.
void add_steps(Lowering& lowering, const Field& field, std::string& out) {
  for (const JsonStep& step : field.path) {
    out += ',';
    int64_t index = 0;
    if (step.is_index) std::from_chars(step.key.data(), step.key.data() + step.key.size(), index);
    lowering.add_value(step.is_index ? Value::of_integer(index) : Value::of_text(step.key), out);
  }
  out += ')';
}

}  // namespace

Outcome<const catalog::Function*> Lowering::computed(const Scope& scope,
                                                     std::string_view name) const {
  const catalog::Function* function = context_.catalog.find_computed(scope.table.row_type(), name);
  if (function == nullptr || context_.may_execute(*function)) return function;
  return refuse({403, "42501", "permission denied for function " + function->name});
}

Outcome<Base> Lowering::base_of(const Scope& scope, std::string_view name) {
  Base base;
  if (scope.table.find_column(name) == nullptr) {
    TRY_ASSIGN(const catalog::Function* function, computed(scope, name));
    if (function != nullptr && !function->is_relationship()) {
      base.sql = catalog::inline_body(*function, scope.qualifier);
      Column& value = values_.emplace_back(function->rows.columns.front());
      value.not_null = false;
      base.column = &value;
      return base;
    }
  }
  TRY_ASSIGN(base.column, readable_column(scope, name));
  TRY(check_has_value(scope.table, *base.column));
  add_column(scope, *base.column, base.sql);
  return base;
}

Outcome<Typed> Lowering::add_field(const Scope& scope, const Field& field, std::string& out) {
  const Column* column = scope.table.find_column(field.column);
  if (column != nullptr && field.is_plain()) {
    TRY(readable_column(scope, field.column));
    TRY(check_has_value(scope.table, *column));
    add_column(scope, *column, out);
    return Typed{column->kind, column->always_json};
  }
  TRY_ASSIGN(const Base base, base_of(scope, field.column));
  if (field.is_plain()) {
    out += base.sql;
    return Typed{base.column->kind, base.column->always_json};
  }
  TRY(check_holds_json(*base.column));
  out.append(field.as_text ? "_json_text(" : "_json_value(").append(base.sql);
  add_steps(*this, field, out);
  if (field.as_text) return Typed{ValueKind::kText, false};
  return Typed{ValueKind::kJson, true};
}

Outcome<const Column*> Lowering::add_operand(const Scope& scope, const Field& field,
                                             std::string& out) {
  TRY_ASSIGN(const Base base, base_of(scope, field.column));
  if (field.is_plain()) {
    const bool is_json = base.column->kind == ValueKind::kJson;
    if (is_json) out += "_json_key(";
    out += base.sql;
    if (is_json) out += ')';
    return base.column;
  }
  TRY(check_holds_json(*base.column));
  out.append(field.as_text ? "_json_text(" : "_json_key(").append(base.sql);
  add_steps(*this, field, out);
  Column& value = values_.emplace_back();
  value.name = base.column->name;
  value.kind = field.as_text ? ValueKind::kText : ValueKind::kJson;
  return &value;
}

namespace {

// Of a name that no column has.
std::string hint_about(std::string_view name, const Table& table, const Guard& guard) {
  if (const std::string_view advice = advice_about_json(name); !advice.empty())
    return std::string(advice);
  return unknown_column(table.name, name, names_of(table, guard)).hint;
}

}  // namespace

Outcome<const Column*> writable_column(const Table& table, std::string_view name,
                                       const Guard& guard) {
  const Column* column = table.find_column(name);
  if (column == nullptr) {
    return refuse({400,
                   "PGRST204",
                   "Could not find the '" + std::string(name) + "' column of '" + table.name +
                       "' in the schema cache",
                   {},
                   hint_about(name, table, guard)});
  }
  if (!guard.allows(*column)) return permission_denied(table, *column);
  // A virtual table's own ones; the catalog adds the number of its rows.
  if (column->hidden && column->kind != ValueKind::kInteger) {
    return refuse({400,
                   "428C9",
                   "column \"" + column->name + "\" is not a part of the rows",
                   {},
                   "It stands for questions and commands to the table, which are for its owner."});
  }
  if (column->generated) {
    return refuse({400, "428C9", "column \"" + column->name + "\" can only be updated to DEFAULT",
                   "Column \"" + column->name + "\" is a generated column."});
  }
  return column;
}

}  // namespace prodev::query
