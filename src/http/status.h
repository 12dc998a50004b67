// HTTP status codes (RFC 9110 section 15, RFC 6585).
#pragma once

#include <string_view>

namespace prodev::http {

// "Not Found"; "Unknown" for a code that has no name.
std::string_view reason_phrase(int status);

// Whether a response with `status` has no body by definition (1xx, 204, 304).
constexpr bool forbids_body(int status) { return status < 200 || status == 204 || status == 304; }

}  // namespace prodev::http
