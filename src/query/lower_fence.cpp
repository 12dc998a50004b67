// Filters that may fail, and what keeps them from rows that the caller does not see.
//
// SQLite tries the parts of a WHERE, those of a view's own SELECT among them, in an order of its
// own. An error on a row that policies or the view hide would tell what is in it. Of tables,
// Scope::when_seen() asks the policy first. A view or a function's result is made first, as far as
// conditions that cannot fail narrow it, which indexes may serve as before:
//
//   docs?id=gt.5&body=match.x
//     SELECT "id" FROM (SELECT * FROM "docs" WHERE 1 AND "id" > ?4 LIMIT -1) AS "docs"
//     WHERE 1 AND _match(?5,"body")
#include <algorithm>

#include "catalog/stored_columns.h"
#include "db/sql_tokens.h"
#include "query/lower_view.h"
#include "query/lowering.h"
#include "query/relate.h"

namespace prodev::query {

namespace {

using catalog::Column;
using catalog::Table;

bool hides_rows_itself(const Table& table) {
  return table.kind == catalog::TableKind::kView && !table.shows_every_row;
}

// What tells a row of a view from others, without anything that could fail: each column that is
// stored, and NULL apart from all values.
std::string stored_values(const Scope& scope) {
  std::string values;
  for (const Column& column : scope.table.columns) {
    if (!column.shown_as_stored) continue;
    values += values.empty() ? "typeof(" : ",typeof(";
    Lowering::add_column(scope, column, values);
    values += "),ifnull(";
    Lowering::add_column(scope, column, values);
    values += ",0)";
  }
  return values;
}

}  // namespace

bool Lowering::is_computed(const Table& table, const std::string& name) const {
  return context_.catalog.find_computed(table.row_type(), name) != nullptr;
}

bool Lowering::may_fail(const Scope& scope, const Condition& condition, bool with_embeds) const {
  for (const Condition& child : condition.children) {
    if (may_fail(scope, child, with_embeds)) return true;
  }
  if (condition.kind != Condition::Kind::kComparison) return false;
  const std::string& name = condition.field.column;
  const Embed* embed = condition.op == Operator::kIs ? find_embed(scope.read, name) : nullptr;
  if (embed != nullptr) return with_embeds && may_fail(scope, *embed);
  if (condition.op == Operator::kMatch || condition.op == Operator::kImatch) return true;
  const Column* column = scope.table.find_column(name);
  if (column == nullptr) return true;  // a computed one
  if (scope.table.kind == catalog::TableKind::kView) return !column->shown_as_stored;
  return !catalog::is_stored(scope.table, *column);
}

// Filters on embeds of the embed are filters of these, so that each is looked at once.
bool Lowering::may_fail(const Scope& parent, const Embed& embed) const {
  if (is_computed(parent.table, embed.target)) return true;
  const auto relationship = find_relationship(context_, parent.table, embed);
  if (!relationship) return false;
  const Scope scope{*context_.catalog.find((*relationship)->to), {}, embed.read, {}};
  const auto inner_may_fail = [&](const Embed& inner) { return may_fail(scope, inner); };
  return may_fail(scope, embed.read.where, false) ||
         std::any_of(embed.read.embeds.begin(), embed.read.embeds.end(), inner_may_fail);
}

bool Lowering::asks_what_may_fail(const Scope& scope, const Condition& where) const {
  const auto inner_may_fail = [&](const Embed& embed) {
    return embed.inner && may_fail(scope, embed);
  };
  return may_fail(scope, where) ||
         std::any_of(scope.read.embeds.begin(), scope.read.embeds.end(), inner_may_fail);
}

bool Lowering::asks_seen(const Scope& scope, const Condition& where) const {
  return scope.hides_rows() && asks_what_may_fail(scope, where);
}

bool Lowering::fences(const Scope& scope) const {
  return hides_rows_itself(scope.table) && asks_what_may_fail(scope, scope.read.where);
}

bool Lowering::fences_pairs(const Scope& scope, const Scope& junction) const {
  const bool hides = hides_rows_itself(junction.table) || junction.hides_rows();
  return hides && asks_what_may_fail(scope, scope.read.where);
}

bool Lowering::is_among(const Scope& scope, const Condition& condition, Filters which) const {
  return which == Filters::kAll || may_fail(scope, condition) == (which == Filters::kOutside);
}

Outcome<void> Lowering::add_fence(const Scope& scope, std::string_view more_rows,
                                  std::string& out) {
  Scope within = scope;
  within.fenced = false;
  within.derived = !context_.with_sql.empty();
  out += "(SELECT *";
  if (!within.derived) add_derived_names(scope.table, out);
  out += " FROM ";
  db::append_name(out, scope.table.name);
  out += " WHERE 1";
  TRY(add_fence_filters(within, more_rows, out));
  if (!scope.read.after.children.empty() && !may_fail(scope, scope.read.after)) {
    out += " AND ";
    TRY(add_condition(within, scope.read.after, false, out));
  }
  out.append(kFence).append(") AS ").append(scope.qualifier);
  return {};
}

Outcome<void> Lowering::add_fence_filters(const Scope& within, std::string_view more_rows,
                                          std::string& out) {
  for (const std::string_view rows : {within.guard.rows, more_rows}) {
    if (!rows.empty()) out.append(" AND ").append(rows);
  }
  return add_filters(within, Filters::kWithin, out);
}

Outcome<void> Lowering::add_write_where(const Table& table, const Condition& where,
                                        std::string_view more_rows, const Guard& readable,
                                        std::string& out) {
  Read meant;
  meant.where = where;
  const Scope scope = root(table, meant, readable);
  if (scope.fenced) return add_view_where(scope, more_rows, out);
  return add_where(scope, where, more_rows, out);
}

// Rows of a view have no name of their own, and a write takes none from a subquery:
//   WHERE (CASE WHEN (typeof("id"),ifnull("id",0)) IN (SELECT ... FROM <fence> WHERE <filters>)
//     THEN (1 AND <filters>) END AND <what cannot fail>) COLLATE BINARY
Outcome<void> Lowering::add_view_where(const Scope& scope, std::string_view more_rows,
                                       std::string& out) {
  Scope view = scope;
  view.derived = view.fenced = false;
  const std::string row = stored_values(view);
  if (row.empty()) return refuse(no_view_key(scope.table));
  out.append(" WHERE (CASE WHEN (").append(row).append(") IN (SELECT ");
  out.append(stored_values(scope)).append(" FROM ");
  TRY(add_fence(scope, more_rows, out));
  out += " WHERE 1";
  TRY(add_filters(scope, Filters::kOutside, out));
  out += ") THEN (1";
  Scope seen = view;
  seen.guard.rows = {};
  TRY(add_filters(seen, Filters::kOutside, out));
  out += ") END";
  TRY(add_fence_filters(view, more_rows, out));
  out.append(")").append(kNoPropagation);
  return {};
}

}  // namespace prodev::query
