#include <algorithm>

#include "db/sql_tokens.h"
#include "query/lowering.h"
#include "query/relate.h"

namespace prodev::query {

namespace {

using catalog::Column;
using catalog::Relationship;
using catalog::Table;

// SQLite's limit of a function's arguments is 127.
constexpr size_t kMaxEmbedColumns = 120;

// Whether a row is seen, among the columns of an embedded table.
constexpr std::string_view kSeen = "_prodev_seen";

// The table of `scope` under its qualifier, as far as the caller may see it. A policy names the
// columns of its table as if the table were alone, so it gets a SELECT of its own, which SQLite
// takes apart again.
void add_table(const Scope& scope, bool with_seen, std::string& out) {
  const std::string_view rows = scope.guard.rows;
  if (!scope.derived) {
    db::append_name(out, scope.table.name);
  } else {
    out += "(SELECT *";
    add_derived_names(scope.table, out);
    if (with_seen) out.append(",").append(rows).append(" AS ").append(kSeen);
    out += " FROM ";
    db::append_name(out, scope.table.name);
    if (!rows.empty()) out.append(" WHERE ").append(rows);
    if (with_seen) out += kNoPropagation;
    out += ')';
  }
  out.append(" AS ").append(scope.qualifier);
}

void add_equal(const Scope& a, const Column& left, const Scope& b, const Column& right,
               std::string& out) {
  out.append(a.qualifier) += '.';
  db::append_name(out, left.name);
  out.append(" = ").append(b.qualifier) += '.';
  db::append_name(out, right.name);
}

tl::unexpected<ApiError> not_embedded(const std::string& name) {
  return refuse({400,
                 "PGRST108",
                 "'" + name + "' is not an embedded resource in this request",
                 {},
                 "Verify that '" + name + "' is included in the 'select' query parameter."});
}

}  // namespace

void add_derived_names(const Table& table, std::string& out) {
  for (const Column& column : table.columns) {
    const std::string name = derived_name(column.name);
    if (!column.hidden && name == column.name) continue;
    out += ',';
    db::append_name(out, column.name);
    out += " AS ";
    db::append_name(out, name);
  }
}

const Embed* find_embed(const Read& read, std::string_view name) {
  const auto found = std::find_if(read.embeds.begin(), read.embeds.end(),
                                  [&](const Embed& embed) { return embed.name() == name; });
  return found == read.embeds.end() ? nullptr : &*found;
}

void Scope::when_seen(std::string& out) const {
  out += "CASE WHEN ";
  if (embedded) {
    out.append(qualifier).append(".").append(kSeen);
  } else {
    out += guard.rows;
  }
  out += " THEN ";
}

std::string Source::in_its_row(const std::string& read) const {
  return row.empty() ? read : "(SELECT " + read + " FROM " + row + ")";
}

// The rows that a function gives for a row. It runs with its owner's rights: what it gives is there
// for everybody who may execute it.
Outcome<Source> Lowering::computed_source(const Scope& parent, const Embed& embed,
                                          const catalog::Function& function) {
  Source source{{function.rows, {}, embed.read, next_alias()},
                " FROM ",
                function.is_to_one(),
                function.is_to_one() && function.returns_set,
                {}};
  std::string row = parent.qualifier;
  if (catalog::shadows(function, row)) {
    do {
      row = next_alias();
    } while (catalog::shadows(function, row));
    source.row = catalog::row_source(function, parent.qualifier) + " AS " + row;
  }
  source.sql += catalog::inline_body(function, row) + " AS " + source.scope.qualifier + " WHERE 1";
  source.scope.fenced = fences(source.scope);
  TRY(add_embed_filters(source));
  return source;
}

Outcome<void> Lowering::join_on(const std::vector<catalog::ColumnPair>& pairs, const Scope& from,
                                const Scope& to, std::string_view glue, std::string& out) {
  for (const catalog::ColumnPair& pair : pairs) {
    TRY_ASSIGN(const Column* left, readable_column(from, pair.from));
    TRY_ASSIGN(const Column* right, readable_column(to, pair.to));
    out += glue;
    glue = " AND ";
    add_equal(to, *right, from, *left, out);
  }
  return {};
}

Outcome<void> Lowering::add_embed_filters(Source& source) {
  if (!source.scope.fenced) return add_filters(source.scope, Filters::kAll, source.sql);
  TRY(add_filters(source.scope, Filters::kWithin, source.sql));
  const std::string& name = source.scope.qualifier;
  source.sql = " FROM (SELECT " + name + ".*" + source.sql;
  source.sql.append(kFence).append(") AS ").append(name).append(" WHERE 1");
  return add_filters(source.scope, Filters::kOutside, source.sql);
}

Outcome<Source> Lowering::related_source(const Scope& parent, const Embed& embed) {
  TRY_ASSIGN(const Relationship* relationship, find_relationship(context_, parent.table, embed));
  const Table& table = *context_.catalog.find(relationship->to);
  TRY_ASSIGN(const Guard guard, context_.guard_of(table));
  Source source{{table, guard, embed.read, next_alias()},
                " FROM ",
                relationship->is_to_one(),
                relationship->may_repeat,
                {}};
  const bool has_junction = relationship->cardinality == catalog::Cardinality::kManyToMany;
  const Table& junction_table =
      has_junction ? *context_.catalog.find(relationship->junction) : table;
  Guard junction_guard = guard;
  if (has_junction) {
    TRY_ASSIGN(junction_guard, context_.guard_of(junction_table));
  }
  // Where the foreign key of the parent leads to.
  Scope middle{junction_table, junction_guard, embed.read,
               has_junction ? next_alias() : source.scope.qualifier};
  middle.derived = middle.hides_rows();
  source.scope.fenced =
      fences(source.scope) || (has_junction && fences_pairs(source.scope, middle));
  source.scope.derived = source.scope.fenced || !guard.rows.empty();
  if (has_junction) {
    add_table(middle, false, source.sql);
    source.sql += " JOIN ";
  }
  add_table(source.scope, asks_seen(source.scope, embed.read.where), source.sql);
  TRY(join_on(relationship->junction_columns, middle, source.scope, " ON ", source.sql));
  TRY(join_on(relationship->columns, parent, middle, " WHERE ", source.sql));
  TRY(add_embed_filters(source));
  return source;
}

Outcome<Source> Lowering::source_of(const Scope& parent, const Embed& embed) {
  TRY(count_source());
  const catalog::Function* function = nullptr;
  if (embed.hint.empty()) {
    TRY_ASSIGN(function, computed(parent, embed.target));
  }
  const bool is_computed = function != nullptr && function->is_relationship();
  TRY_ASSIGN(Source source, is_computed ? computed_source(parent, embed, *function)
                                        : related_source(parent, embed));
  TRY(count_written(source.sql.size()));
  return source;
}

// What follows the rows of a source: their groups, order and window. Empty: nothing.
Outcome<std::string> Lowering::tail_of(const Source& source, const Results& results) {
  std::string tail;
  if (results.grouped && !results.grouping.empty()) tail += " GROUP BY " + results.grouping;
  TRY(add_order(source.scope, results.grouped, tail));
  if (!source.to_one || source.scope.read.limit || source.scope.read.offset > 0)
    add_window(source.scope.read, source.to_one ? 0 : context_.embedded_rows, tail);
  return tail;
}

// `expression` of the one row of `from`, in parentheses:
//   (SELECT name FROM city AS a1 WHERE ... LIMIT 1)
// Where there may be more rows, which of them it is is not for chance to say; the request can:
//   (SELECT _only_row(v,?4) FROM (SELECT name AS v FROM city_view AS a1 WHERE ... LIMIT 2))
// `has_window`: `from` ends in an ORDER BY or LIMIT of its own.
std::string Lowering::one_row(const Source& source, const std::string& expression,
                              const std::string& from, bool has_window) {
  if (!source.may_repeat) return "(SELECT " + expression + from + (has_window ? ")" : " LIMIT 1)");
  std::string name;
  add_value(Value::of_text(source.scope.table.name), name);
  return "(SELECT _only_row(v," + name + ") FROM (SELECT " + expression + " AS v" + from +
         (has_window ? "))" : " LIMIT 2))");
}

// One value of all rows of `source`: "(SELECT _json_rows(...) FROM ...)".
void Lowering::add_rows(const Source& source, const Results& results, const std::string& tail,
                        bool bare, std::string& out) {
  std::string value = source.to_one ? "_json_row(" : "_json_rows(";
  std::string from;
  add_shape(results.columns, bare, value);
  if (tail.empty() && !results.grouped) {
    if (!results.sql.empty()) value.append(",").append(results.sql);
    from = source.sql;
  } else {
    // The rows are sorted and cut before they are put together.
    for (size_t i = 0; i < results.columns.size(); ++i) value += ",c" + std::to_string(i);
    from += " FROM (SELECT ";
    for (size_t i = 0; i < results.columns.size(); ++i) {
      if (i > 0) from += ',';
      from.append(results.expression(i)).append(" AS c").append(std::to_string(i));
    }
    if (results.columns.empty()) from += '1';
    from.append(source.sql).append(tail) += ')';
  }
  value += ')';
  out += source.to_one ? one_row(source, value, from, false) : "(SELECT " + value + from + ")";
}

Outcome<void> Lowering::add_embed(const Scope& parent, const Embed& embed, Results& results) {
  TRY_ASSIGN(const Source source, source_of(parent, embed));
  TRY_ASSIGN(const Results inner, results_of(source.scope, false));
  if (inner.columns.size() > kMaxEmbedColumns) {
    return refuse({400,
                   "54011",
                   "the embedded resource '" + embed.name() + "' has more than " +
                       std::to_string(kMaxEmbedColumns) + " columns",
                   {},
                   "Name the columns that you need in 'select'."});
  }
  TRY_ASSIGN(const std::string tail, tail_of(source, inner));
  // One without columns is there for its filters only.
  if (embed.read.select.empty()) return {};
  results.begin();
  std::string rows;
  add_rows(source, inner, tail, false, rows);
  TRY(count_written(rows.size()));
  results.sql += source.in_its_row(rows);
  results.end({embed.name(), catalog::ValueKind::kJson, true});
  return {};
}

Outcome<void> Lowering::add_spread(const Scope& parent, const Embed& embed, Results& results) {
  TRY_ASSIGN(const Source source, source_of(parent, embed));
  TRY(check_repetition(source.scope.table, embed.read));
  for (const SelectItem& item : embed.read.select) {
    // Each is read by itself, so that it can be grouped by.
    Read one = embed.read;
    one.select = {item};
    TRY(add_spread_columns(parent, source, one, results));
  }
  return {};
}

// The columns of `read`, whose aggregates are of the parent's rows: sum((SELECT amount FROM ...)).
Outcome<void> Lowering::add_spread_columns(const Scope& parent, const Source& source,
                                           const Read& read, Results& results) {
  Scope scope{source.scope.table, source.scope.guard, read, source.scope.qualifier};
  scope.spread = true;
  scope.derived = source.scope.derived;
  TRY_ASSIGN(const Results inner, results_of(scope, false));
  TRY_ASSIGN(const std::string tail, tail_of(source, inner));
  for (size_t i = 0; i < inner.columns.size(); ++i) {
    TRY(check_columns(results));
    const auto found = inner.aggregates.find(i);
    const SelectItem* aggregated = found != inner.aggregates.end() ? &found->second : nullptr;
    if (aggregated != nullptr && !source.to_one) {
      return refuse({400, "PGRST127", "Feature not implemented",
                     "Aggregates are not implemented for one-to-many or many-to-many spreads."});
    }
    OutputColumn column = inner.columns[i];
    Results alone;
    alone.sql = inner.expression(i);
    alone.end(column);
    std::string sql;
    if (source.to_one) {
      sql = one_row(source, alone.sql, source.sql + tail, !tail.empty());
    } else {
      add_rows(source, alone, tail, true, sql);
      column = {column.name, catalog::ValueKind::kJson, true};
    }
    sql = source.in_its_row(sql);
    Typed typed{column.kind, column.always_json};
    if (aggregated != nullptr && !parent.spread) TRY(apply_aggregate(*aggregated, typed, sql));
    TRY(count_written(sql.size()));
    column.kind = typed.kind;
    column.always_json = typed.always_json;
    results.begin();
    results.sql += sql;
    if (aggregated != nullptr && parent.spread) {
      results.end_unaggregated(std::move(column), *aggregated);
    } else {
      results.end(std::move(column), aggregated != nullptr);
    }
  }
  return {};
}

Outcome<void> Lowering::add_exists(const Scope& parent, const Embed& embed, std::string& out) {
  TRY_ASSIGN(const Source source, source_of(parent, embed));
  // Aggregates that are not grouped make a row of no rows, too.
  if (is_grouped(source.scope.table, embed.read)) {
    TRY_ASSIGN(const Results results, results_of(source.scope, false));
    if (results.grouping.empty()) {
      out += '1';
      return {};
    }
  }
  const bool asks = parent.hides_rows() && may_fail(parent, embed);
  if (asks) parent.when_seen(out);
  std::string read = "EXISTS (SELECT 1" + source.sql;
  // Rows that its window leaves out are not there.
  if (embed.read.limit || embed.read.offset > 0) add_window(embed.read, 0, read);
  TRY(count_written(read.size()));
  out += source.in_its_row(read + ")");
  if (asks) out += " END";
  return {};
}

Outcome<void> Lowering::add_related_operand(const Scope& scope, const OrderItem& item,
                                            std::string& out) {
  const Embed* embed = find_embed(scope.read, item.relation);
  if (embed == nullptr) return not_embedded(item.relation);
  TRY_ASSIGN(const Source source, source_of(scope, *embed));
  if (!source.to_one) {
    return refuse({400, "PGRST118", "A related order on '" + item.relation + "' is not possible",
                   "'" + scope.table.name + "' and '" + item.relation +
                       "' do not form a many-to-one or one-to-one relationship"});
  }
  std::string operand;
  TRY_ASSIGN(const Column* column, add_order_operand(source.scope, item.field, operand));
  // By the row that is shown.
  TRY_ASSIGN(const std::string tail, source.may_repeat ? tail_of(source, {}) : std::string());
  const std::string read = one_row(source, operand, source.sql + tail, !tail.empty());
  TRY(count_written(read.size()));
  out += source.in_its_row(read);
  // A subquery has no collation of its own.
  if (!column->collation.empty()) {
    out += " COLLATE ";
    db::append_name(out, column->collation);
  }
  return {};
}

}  // namespace prodev::query
