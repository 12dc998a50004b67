// Small queries: statements of our own that answer with a list of strings, or with one number.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "db/connection.h"

namespace prodev::db {

// To ?1, ?2, ... in order; nullopt is NULL.
using Texts = std::initializer_list<std::optional<std::string_view>>;

// The statement with its parameters, ready for its first step.
base::Result<Statement> prepare_bound(Connection& connection, std::string_view sql, Texts texts);

// The first column of each row.
base::Result<std::vector<std::string>> load_strings(Connection& connection, std::string_view sql,
                                                    Texts texts = {});

// The first column of the first row; 0 for NULL and where there is no row.
base::Result<int64_t> load_number(Connection& connection, std::string_view sql, Texts texts = {});

}  // namespace prodev::db
