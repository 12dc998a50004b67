// What requests for rows may hold of memory and disk, in words for clients.
#pragma once

#include <string>

#include "base/budget.h"
#include "base/result.h"
#include "http/response.h"
#include "query/api_error.h"

namespace prodev::rest {

// Bodies up to this size are parsed on the loop that they came in on: some milliseconds at most.
constexpr size_t kMostParsedOnLoop = 65'536;

// Whether work may wait for others to give memory back, up to a second: not on a loop.
enum class Wait : uint8_t { kNo, kForOthers };

// Has `memory` hold `bytes`. 413 and 54000: more than one client may have; 503 and 53200: it is in
// use at the moment.
query::Outcome<void> hold(base::Budget::Lease& memory, uint64_t bytes, Wait wait);

// A body in memory that may be long, with what it holds of its client's part.
struct HeldBody {
  std::string bytes;
  base::Budget::Lease lease;
};

// Makes `body` that of `response`. Until it is sent `memory` holds it, and yields to others when
// its client takes it slowly: who does not read is not to pile answers up. Errors as of hold().
query::Outcome<void> set_held_body(http::Response& response, base::Budget::Lease memory,
                                   std::string body, const std::string& content_type);

// `error` of a temporary file: 503 and 53100 when there is no room at the moment.
query::ApiError storage_error(const base::Error& error);

}  // namespace prodev::rest
