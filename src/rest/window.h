// Which of the rows a request asks for: limit and offset, and the Range header
// (docs.postgrest.org, Pagination and Count).
#pragma once

#include <cstdint>
#include <string_view>

#include "query/api_error.h"
#include "query/ast.h"

namespace prodev::rest {

// The value of limit= or offset=, which is `name`. PGRST103 for a negative limit, PGRST100 for what
// is no number.
query::Outcome<uint64_t> parse_bound(std::string_view name, std::string_view value);

// Narrows the window of `read` to `range`, "0-24" or "25-": both count from the first row. Other
// forms and units are none of ours (RFC 9110 section 14.2). PGRST103 when the range is empty.
query::Outcome<void> apply_range(std::string_view range, query::Read& read);

// Narrows the window of `read` to `max_rows` rows; 0: no limit.
void cap_rows(query::Read& read, uint64_t max_rows);

}  // namespace prodev::rest
