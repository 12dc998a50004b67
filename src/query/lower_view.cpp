#include "query/lower_view.h"

#include <algorithm>

#include "db/sql_tokens.h"
#include "query/lowering.h"
#include "text/ascii.h"

namespace prodev::query {

namespace {

using catalog::Catalog;
using catalog::Column;
using catalog::Table;

// Where `view` shows the primary key of `origin`; empty: not all of it.
std::vector<size_t> shown_key(const Table& view, const Table& origin) {
  std::vector<size_t> places;
  for (const size_t part : origin.primary_key) {
    const auto shown =
        std::find_if(view.columns.begin(), view.columns.end(), [&](const Column& column) {
          return column.origin_table == origin.name &&
                 text::equal_ignoring_case(column.origin_column, origin.columns[part].name);
        });
    if (shown == view.columns.end()) return {};
    places.push_back(static_cast<size_t>(shown - view.columns.begin()));
  }
  return places;
}

std::vector<const Table*> origins_of(const Catalog& catalog, const Table& view) {
  std::vector<const Table*> origins;
  for (const Column& column : view.columns) {
    const Table* origin = catalog.find(column.origin_table);
    if (origin == nullptr || origin->kind != catalog::TableKind::kTable) continue;
    if (std::find(origins.begin(), origins.end(), origin) == origins.end())
      origins.push_back(origin);
  }
  return origins;
}

bool is_referred_to(const Table& table, const std::vector<const Table*>& by) {
  return std::any_of(by.begin(), by.end(), [&](const Table* other) {
    return other != &table && std::any_of(other->foreign_keys.begin(), other->foreign_keys.end(),
                                          [&](const catalog::ForeignKey& key) {
                                            return text::equal_ignoring_case(key.table, table.name);
                                          });
  });
}

// What is returned of each row, as results.
Outcome<std::string> add_results(Lowering& lowering, const Table& view, const Returning& returning,
                                 bool derived) {
  Scope scope = lowering.root(view, returning.read, returning.readable);
  scope.derived = derived;
  if (is_grouped(view, returning.read)) return refuse(grouped_write());
  TRY_ASSIGN(Results results, lowering.results_of(scope, true));
  if (results.columns.empty())
    return refuse({403, "42501", "permission denied for view " + view.name});
  lowering.query.columns = std::move(results.columns);
  return std::move(results.sql);
}

}  // namespace

ViewKey view_key(const Catalog& catalog, const Table& view) {
  const std::vector<const Table*> origins = origins_of(catalog, view);
  ViewKey first;
  for (const Table* origin : origins) {
    ViewKey key{origin, shown_key(view, *origin)};
    if (key.columns.empty()) continue;
    if (!is_referred_to(*origin, origins)) return key;
    if (first.origin == nullptr) first = std::move(key);
  }
  return first;
}

ApiError no_view_key(const Table& view) {
  return {400, "0A000", "cannot tell which rows of view \"" + view.name + "\" the write is about",
          "Its rows must be judged or returned, and it does not show a key "
          "that tells them apart.",
          "Let the view show the primary key of the table whose rows it shows. "
          "Without one, ask for "
          "return=minimal, and give the view no policy that judges new rows."};
}

Outcome<LoweredQuery> lower_keys(const Context& context, const Table& view, const ViewKey& key,
                                 const Condition& where, const Guard& guard,
                                 const Guard& readable) {
  Lowering lowering(context);
  Read meant;
  meant.where = where;
  const Scope scope = lowering.root(view, meant, readable);
  std::string what;
  for (const size_t place : key.columns) {
    if (!what.empty()) what += ',';
    Lowering::add_column(scope, view.columns[place], what);
  }
  lowering.query.sql = "SELECT " + (what.empty() ? "count(*)" : what);
  TRY(lowering.add_from_where(scope, guard.rows, lowering.query.sql));
  return std::move(lowering.query);
}

Outcome<LoweredQuery> lower_shown(const Context& context, const Table& view, const Condition& where,
                                  const Guard& guard, const Returning& returning) {
  Lowering lowering(context);
  Read meant;
  meant.where = where;
  const Scope scope = lowering.root(view, meant, returning.readable);
  TRY_ASSIGN(const std::string results, add_results(lowering, view, returning, scope.derived));
  lowering.query.sql = "SELECT " + results;
  TRY(lowering.add_from_where(scope, guard.rows, lowering.query.sql));
  return std::move(lowering.query);
}

Outcome<LoweredQuery> lower_by_key(const Context& context, const Table& view, const ViewKey& key,
                                   const Returning& returning) {
  Lowering lowering(context);
  std::string rows;
  for (const size_t place : key.columns) {
    rows += rows.empty() ? " WHERE " : " AND ";
    db::append_name(rows, view.columns[place].name);
    rows += '=';
    lowering.add_value({}, rows);
  }
  std::string what =
      returning.check.empty() ? "1" : "(" + std::string(returning.check) + ") IS TRUE";
  lowering.query.lead_columns = 1;
  if (returning.rows) {
    TRY_ASSIGN(const std::string results, add_results(lowering, view, returning, false));
    what.append(",").append(results);
  }
  lowering.query.sql = "SELECT " + what + " FROM ";
  db::append_name(lowering.query.sql, view.name);
  lowering.query.sql += rows;
  return std::move(lowering.query);
}

}  // namespace prodev::query
