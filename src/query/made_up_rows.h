// Rows that are not in their table: what a policy says of them before keys and
// constraints can.
//
// PostgreSQL asks WITH CHECK first, so that no constraint tells of rows that
// the caller may not see. SQLite has nothing between the two. So the rows are
// made up: each value as its column would store it, in a table of the same
// declared types and collations, with DEFAULTs and generated columns.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"
#include "query/lower.h"

namespace prodev::query {

// A column's DEFAULT, an expression of the schema: UPDATE has no word for it.
std::string default_sql(const catalog::Column& column);

struct MadeUpRows {
  // For each column of the table an SQL expression; empty: its DEFAULT. Those
  // of generated ones are not looked at.
  std::vector<std::string> values;
  std::string source;  // what the expressions are of: " FROM t WHERE ...";
                       // empty: one row
};

// The rows of lower_update() with the same arguments as it leaves them; the same parameters stand
// for the same values.
Outcome<MadeUpRows> updated_rows(const Context& context, const catalog::Table& table,
                                 const std::vector<Assignment>& assignments, const Condition& where,
                                 const Guard& guard, const Guard& readable);

// A SELECT of one value: whether every row passes `check`, 1 or 0.
//
//   WITH "new row 0" AS MATERIALIZED (SELECT "id","name" FROM "t" WHERE 0
//     UNION ALL SELECT _as_stored(?4,'integer'),_as_stored(?5,'text'))
//   SELECT coalesce(min((check) IS TRUE),1) FROM "new row 0" AS "t"
//
// An INTEGER PRIMARY KEY that is NULL becomes the one that SQLite would most
// likely choose.
std::string verdict_sql(const catalog::Table& table, const MadeUpRows& rows,
                        std::string_view check);

}  // namespace prodev::query
