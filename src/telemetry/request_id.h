// Request ids: what ties a response, its log lines and the client's report together.
#pragma once

#include <string>
#include <string_view>

namespace prodev::telemetry {

// A UUID version 7 (RFC 9562 §5.7) in its 36 characters: sortable by time, unique, and not fit for
// a secret. Costs a few tens of nanoseconds and no system call after a thread's first.
std::string make_request_id();
void append_request_id(std::string& out);

// Whether an id sent by a client is taken over: 1 to 128 of [A-Za-z0-9._:+/=-].
bool valid_request_id(std::string_view id);

}  // namespace prodev::telemetry
