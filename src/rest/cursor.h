// Cursors: pages that begin behind the last row of the one before, wherever that is by then, so
// that a far page costs no more than the first and rows that come or go shift nothing.
//
// A page of an ordered list ends with Link: <...&cursor=after.TEXT>; rel="next". The text holds the
// last row's values of the order columns, and a keyed hash that ties them to their table and order.
// No operator of PostgREST is called "after", so a column called "cursor" can still be filtered.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/jwt.h"
#include "catalog/catalog.h"
#include "query/ast.h"
#include "query/lower.h"

namespace prodev::rest {

// The value of cursor= in front of a cursor's text.
constexpr std::string_view kCursorPrefix = "after.";

// `order` with as many columns of the primary key behind it as make every row's place its own, in
// the direction that its index is likely to have. nullopt: there is no such key, the caller may not
// read it, or a column's values cannot be told apart in a text.
std::optional<std::vector<query::OrderItem>> total_order(const catalog::Table& table,
                                                         const query::Guard& readable,
                                                         std::vector<query::OrderItem> order);

struct Cursor {
  uint64_t rows_before = 0;                        // of the page that begins here
  std::vector<std::optional<std::string>> values;  // query::stored_operand(); nullopt: NULL
};

std::string encode_cursor(const auth::SigningKey& key, const catalog::Table& table,
                          const std::vector<query::OrderItem>& order, const Cursor& cursor);

// PGRST100 for a text that encode_cursor() did not make for this table and order.
query::Outcome<Cursor> decode_cursor(const auth::SigningKey& key, const catalog::Table& table,
                                     const std::vector<query::OrderItem>& order,
                                     std::string_view text);

// The rows behind the one with `values` in `order`.
query::Condition rows_after(const catalog::Table& table, const std::vector<query::OrderItem>& order,
                            const std::vector<std::optional<std::string>>& values);

// The value of Link: the request for `path` and `query`, continued at `cursor`, relative to itself
// (</rest/v1/t> is <t?cursor=...>).
std::string next_link(std::string_view path, std::string_view query, std::string_view cursor);

}  // namespace prodev::rest
