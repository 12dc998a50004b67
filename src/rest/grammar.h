// PostgREST's grammar of filters and orders (docs.postgrest.org, Tables and Views), from decoded
// text to the tree of query/ast.h.
//
// Errors are PGRST100 and say what could not be read, and where in it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "query/api_error.h"
#include "query/ast.h"
#include "rest/scanner.h"

namespace prodev::rest {

// Nesting of and() and or(); conditions of one request; values of one in().
constexpr size_t kMaxDepth = 16;
constexpr size_t kMaxConditions = 200;
constexpr size_t kMaxListItems = 2'000;
// Columns of one order; far below what SQLite sorts by (as many as a result has, 2,000).
constexpr size_t kMaxOrderItems = 200;
// Columns of columns= and on_conflict=: as many as a table may have.
constexpr size_t kMaxNames = 2'000;
// Steps of one JSON path.
constexpr size_t kMaxPathSteps = 16;

// "name", "data->address->>city": a column, or a value within its JSON, up to one of `stops`.
query::Outcome<query::Field> parse_field(Scanner& scanner, std::string_view stops);

// "eq.5", "not.in.(1,2)": a filter on `field`.
query::Outcome<query::Condition> parse_filter(query::Field field, std::string_view text);

// "(a.eq.1,or(b.gt.2,c.not.is.null))": what follows `and=` or `or=`; `kind` says which.
query::Outcome<query::Condition> parse_logic(query::Condition::Kind kind, bool negated,
                                             std::string_view text);

// "price.desc.nullslast,data->>size,category(name)".
query::Outcome<std::vector<query::OrderItem>> parse_order(std::string_view text);

// "id,\"odd,name\"": the names of columns= and on_conflict=.
query::Outcome<std::vector<std::string>> parse_names(std::string_view text);

}  // namespace prodev::rest
