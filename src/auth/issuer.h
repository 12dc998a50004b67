// Issuer: makes the tokens of sessions, in the JSON that GoTrue's clients expect.
//
// Sessions are not stored: a refresh token is itself a signed token that says whose it is, good for
// 30 days from its last use. So one session cannot be ended from here; a new signing key ends all
// of them. Access and refresh tokens are signed with different keys, so that neither can be taken
// for the other, whatever they claim.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "auth/jwt.h"
#include "text/json_value.h"

namespace prodev::auth {

struct IssuerOptions {
  int64_t access_token_ttl_s = 3'600;
  std::string audience = "authenticated";  // `aud` of access tokens
};

// Does not change once made: any thread may use it.
class Issuer {
 public:
  Issuer(const SigningKey& key, IssuerOptions options);

  // GoTrue's session, as JSON, of a user who did not exist before: role authenticated, a fresh
  // UUIDv4 as the id, is_anonymous.
  std::string start_anonymous_session(text::JsonObject user_metadata, int64_t now_s) const;

  // The next tokens of the session that `refresh_token` belongs to, as JSON.
  tl::expected<std::string, TokenError> refresh_session(std::string_view refresh_token,
                                                        int64_t now_s) const;

 private:
  struct Session;

  std::string access_token(const Session& session, int64_t now_s) const;
  std::string refresh_token(const Session& session, int64_t now_s) const;
  text::JsonObject user_of(const Session& session, int64_t now_s) const;
  std::string session_json(const Session& session, int64_t now_s) const;

  const SigningKey access_key_;
  const SigningKey refresh_key_;
  const IssuerOptions options_;
};

}  // namespace prodev::auth
