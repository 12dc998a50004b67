// What a view shows of the rows that a write through its INSTEAD OF triggers is about: SQLite's
// RETURNING only repeats what the write was asked to do.
//
// lower_keys(), of the rows that are meant, and the same without a key:
//   SELECT "id" FROM "docs" WHERE ...
//   SELECT count(*) FROM "docs" WHERE ...
// lower_shown(), what is returned of them:
//   SELECT "id","body" FROM "docs" WHERE ...
// lower_by_key():
//   SELECT (check) IS TRUE,"id","body" FROM "docs" WHERE "id"=?4
#pragma once

#include <string>
#include <vector>

#include "query/lower.h"

namespace prodev::query {

// The primary key of a table as a view shows it, by which a row of the view is found again.
struct ViewKey {
  const catalog::Table* origin = nullptr;  // null: the view shows no whole key
  std::vector<size_t> columns;             // of the view, in the order of the key
};

// The key that tells most: not one of a table that another one of the view's refers to, if there is
// a choice. Whether it tells the rows of the view apart is to be seen.
ViewKey view_key(const catalog::Catalog& catalog, const catalog::Table& view);

// 0A000: a write gives back its rows one by one.
ApiError grouped_write();

// 0A000: what is to be judged or given back of a write cannot be found again.
ApiError no_view_key(const catalog::Table& view);

Outcome<LoweredQuery> lower_keys(const Context& context, const catalog::Table& view,
                                 const ViewKey& key, const Condition& where, const Guard& guard,
                                 const Guard& readable);
Outcome<LoweredQuery> lower_shown(const Context& context, const catalog::Table& view,
                                  const Condition& where, const Guard& guard,
                                  const Returning& returning);
// Parameters from kFirstValue on: the key.
Outcome<LoweredQuery> lower_by_key(const Context& context, const catalog::Table& view,
                                   const ViewKey& key, const Returning& returning);

}  // namespace prodev::query
