// The rows of a request body: JSON, NDJSON, CSV or a form (docs.postgrest.org, Tables and Views,
// Insert).
#pragma once

#include <string_view>
#include <vector>

#include "query/api_error.h"
#include "query/lower.h"
#include "records/write.h"
#include "rest/row_collector.h"

namespace prodev::rest {

// The rows of `body`, which is of the media type `content_type`; empty: JSON. PGRST102 for a type
// that is none of ours and for a body that is malformed; codes of query/value.h for values that do
// not fit.
query::Outcome<records::NewRows> parse_new_rows(std::string_view content_type,
                                                std::string_view body, const RowTarget& target);

// One row as what UPDATE sets. Nothing: there is nothing to set.
query::Outcome<std::vector<query::Assignment>> parse_assignments(std::string_view content_type,
                                                                 std::string_view body,
                                                                 const RowTarget& target);

}  // namespace prodev::rest
