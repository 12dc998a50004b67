// The rows of a request body.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"
#include "query/api_error.h"
#include "query/lower.h"
#include "records/write.h"

namespace prodev::rest {

// A JSON object, or an array of objects, as rows for `table`. Without `columns` all objects must
// have the same keys (PGRST102); with it, only those keys count, and one that is missing is NULL.
// `guard`: the columns that may be set.
query::Outcome<records::NewRows> parse_new_rows(
    std::string_view body, const catalog::Table& table, const query::Guard& guard,
    const std::optional<std::vector<std::string>>& columns);

// One JSON object as what UPDATE sets.
query::Outcome<std::vector<query::Assignment>> parse_assignments(
    std::string_view body, const catalog::Table& table, const query::Guard& guard,
    const std::optional<std::vector<std::string>>& columns);

}  // namespace prodev::rest
