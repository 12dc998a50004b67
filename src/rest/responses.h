// Responses in PostgREST's shape.
#pragma once

#include <cstdint>
#include <string_view>

#include "http/response.h"
#include "query/api_error.h"
#include "records/read.h"
#include "rest/request_options.h"
#include "rest/writes.h"

namespace prodev::rest {

// What every answer to a table or function begins with: other values of these headers could have
// made another one of the same URL (RFC 9110, 12.5.5).
void begin_response(http::Response& response);

// {"code":…,"details":…,"hint":…,"message":…}, and the code for those who see no body, as
//   Proxy-Status: PostgREST; error=PGRST103
// under the name that clients look for. What a policy refuses is 401 for anon, which could sign in,
// and 403 for everybody else.
void respond_error(http::Response& response, const query::ApiError& error, std::string_view role);

// PGRST124 when a write affected more rows than `most`.
query::Outcome<void> check_affected(std::optional<uint64_t> most, uint64_t rows);

// PGRST116: one row was asked for, and there are `rows`.
query::ApiError not_singular(uint64_t rows);

// Status and headers of a read whose first row has `rows_before` others in front of it, besides
// those of the offset. PGRST103 when the offset is past the end.
query::Outcome<void> describe_read(http::Response& response, const RequestOptions& options,
                                   uint64_t rows_before, const records::ReadResult& result);

// Status and headers of a write.
void describe_write(http::Response& response, const WriteCall& call,
                    const records::WriteResult& result);

}  // namespace prodev::rest
