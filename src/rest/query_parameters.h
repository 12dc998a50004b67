// Query parameters as a query: which columns, filters, order and window, of the table and of what
// is embedded in its rows (docs.postgrest.org, Tables and Views, Resource Embedding).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/api_error.h"
#include "query/ast.h"
#include "rest/query_string.h"

namespace prodev::rest {

struct QueryParameters {
  query::Read read;
  bool has_window = false;            // limit, offset or order of the table itself were given
  std::optional<std::string> cursor;  // cursor=after.TEXT: the text (cursor.h)
  std::optional<std::vector<std::string>> columns;
  std::vector<std::string> on_conflict;
};

// In any order; those about an embed name it in front: "actors.order", "roles.actors.name".
// PGRST100 for what cannot be read, PGRST103 for a negative limit, PGRST108 for an embed that
// select= does not have. Into `out`, which is new: it is large, and stays where it is made.
query::Outcome<void> parse_query_parameters(std::vector<Parameter> parameters,
                                            QueryParameters& out);

// The name of the parameter that filters by `column`: in quotes where it would be read otherwise.
std::string filter_name(std::string_view column);

}  // namespace prodev::rest
