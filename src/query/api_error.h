// ApiError: what a client is told when its request cannot be done, in PostgREST's shape: an HTTP
// status and {code, message, details, hint} (docs.postgrest.org, Errors). `code` is a PostgREST
// code (PGRST…) or an SQLSTATE of PostgreSQL.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "base/result.h"

struct sqlite3;

namespace prodev::query {

struct ApiError {
  int status = 500;
  std::string code;
  std::string message;
  std::string details;            // empty: null
  std::string hint;               // empty: null
  std::string details_json;       // details that are more than a text; empty: `details` holds
  std::optional<uint64_t> total;  // of PGRST103: the rows that there are

  ApiError() = default;
  ApiError(int status_code, std::string error_code, std::string text, std::string more = {},
           std::string advice = {})
      : status(status_code),
        code(std::move(error_code)),
        message(std::move(text)),
        details(std::move(more)),
        hint(std::move(advice)) {}
  // An error of the machinery below. Messages of kUnavailable, kCorrupt and kInternal are for the
  // operator: the client is told only that it failed.
  ApiError(const base::Error& error);  // NOLINT(google-explicit-constructor): lets TRY convert
};

template <class T>
using Outcome = tl::expected<T, ApiError>;

inline tl::unexpected<ApiError> refuse(ApiError error) {
  return tl::make_unexpected(std::move(error));
}

// The last failed call on `connection` as PostgreSQL would tell it. `table`: what was written or
// read. Ends a transaction that has met damage.
ApiError sqlite_error(sqlite3* connection, std::string_view table);

// A statement that ended with SQLITE_FULL and `message`: for want of temporary space, of which it
// says whose, or of room on the disk.
ApiError full_error(const std::string& message);

// 23503: what was written to `table` refers to a row that is not there, or was referred to.
ApiError broken_reference(std::string_view table);

// 42703: `table` has no such column; the hint names one that is spelled nearly so.
ApiError unknown_column(std::string_view table, std::string_view column,
                        const std::vector<std::string>& known);

}  // namespace prodev::query
