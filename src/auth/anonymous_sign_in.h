// GoTrue's endpoints for sessions of people who have no account.
//
// Errors are GoTrue's: {"code":<status>,"error_code":"...","msg":"..."}. No handler blocks, so both
// fit the inline lane.
#pragma once

#include <cstdint>

#include "auth/issuer.h"
#include "http/request.h"
#include "http/response.h"

namespace prodev::auth {

constexpr uint64_t kMaxSignInBodyBytes = 4'096;

// POST /auth/v1/signup with {} or {"data":{...}}: a new session. `data`, up to 1 KiB, becomes the
// user_metadata of the user, and is in every token of the session.
// 422 anonymous_provider_disabled unless `enabled`; 422 for an email or phone; 400 bad_json.
void answer_anonymous_sign_up(const Issuer& issuer, bool enabled, const http::Request& request,
                              http::Response& response);

// POST /auth/v1/token?grant_type=refresh_token with {"refresh_token":"..."}: the session's next
// tokens. 400 refresh_token_not_found when it is not one of ours or has expired.
void answer_refresh(const Issuer& issuer, const http::Request& request, http::Response& response);

}  // namespace prodev::auth
