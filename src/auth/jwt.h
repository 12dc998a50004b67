// JSON Web Tokens signed with HMAC-SHA-256 (RFC 7515, RFC 7519), and why one is refused.
//
// One algorithm, one key. What a token's header says of the algorithm is compared, never followed:
// "none", RS256 and the like are refused, as are `crit`, members that come twice, and base64url
// that could be written in another way.
#pragma once

#include <sodium.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace prodev::auth {

constexpr size_t kMaxTokenBytes = 8'192;

// Why the bearer of a token is not let in; the status is always 401. Codes and messages are
// PostgREST's: PGRST301 when the token cannot be trusted, PGRST303 when its claims do not hold.
struct TokenError {
  const char* code = "PGRST301";
  std::string message;  // one line of ASCII, without quotes or backslashes
  std::string details;  // may be empty
};

// The value of WWW-Authenticate that goes with the 401 (RFC 6750 section 3).
std::string challenge_of(const TokenError& error);

// A secret of any length, made ready for HMAC-SHA-256. Copies are independent; a const object may
// be used from any thread.
class SigningKey {
 public:
  using Signature = std::array<unsigned char, crypto_auth_hmacsha256_BYTES>;

  explicit SigningKey(std::string_view secret);
  SigningKey(const SigningKey&) = default;
  SigningKey& operator=(const SigningKey&) = default;
  ~SigningKey() { sodium_memzero(&state_, sizeof state_); }

  Signature sign(std::string_view text) const;

  // The key for another purpose, from which neither this one nor its signatures follow.
  SigningKey derive(std::string_view purpose) const;

 private:
  crypto_auth_hmacsha256_state state_;  // after the key, before any text
};

// When a token holds, in Unix time.
struct Validity {
  int64_t expires_at_s = 0;  // of exp; 0: never
  int64_t not_before_s = 0;  // of nbf; 0: always
  int64_t issued_at_s = 0;   // of iat; 0: not told
};

struct Claims {
  std::string role;     // "anon" when the token has none
  std::string subject;  // empty when the token has none
  std::string json;     // the payload as sent
  Validity validity;
};

struct VerifyOptions {
  int64_t clock_skew_s = 30;           // how far other clocks may be off
  std::vector<std::string> audiences;  // a token for somebody needs one of them; empty: any
};

// The token with the payload `claims_json`, which must be a JSON object.
std::string sign(const SigningKey& key, std::string_view claims_json);

// `now_s`: Unix time. Nothing of the payload is looked at before the signature is found right.
// A token without `aud` is for everybody, as in PostgREST.
tl::expected<Claims, TokenError> verify(const SigningKey& key, std::string_view token,
                                        int64_t now_s, const VerifyOptions& options);

// The part of verify() whose outcome changes with time.
tl::expected<void, TokenError> check_times(const Validity& validity, int64_t now_s,
                                           int64_t clock_skew_s);

}  // namespace prodev::auth
