#include "auth/jwt.h"

#include <algorithm>
#include <cmath>

#include "auth/base64url.h"
#include "base/result.h"
#include "text/ascii.h"
#include "text/json_value.h"

namespace prodev::auth {
namespace {

using text::JsonArray;
using text::JsonObject;
using text::JsonValue;
template <class T>
using Checked = tl::expected<T, TokenError>;

const unsigned char* as_bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

tl::unexpected<TokenError> undecodable(std::string message, std::string details = {}) {
  return tl::make_unexpected(TokenError{"PGRST301", std::move(message), std::move(details)});
}

tl::unexpected<TokenError> bad_claim(std::string message) {
  return tl::make_unexpected(TokenError{"PGRST303", std::move(message), {}});
}

struct Parts {
  std::string_view header, payload, signature;  // in base64url
  std::string_view signed_text;                 // header and payload with the dot between
};

Checked<Parts> split(std::string_view token) {
  if (token.empty()) return undecodable("Empty JWT is sent in Authorization header");
  if (token.size() > kMaxTokenBytes) {
    return undecodable("JWT couldn't be decoded", "It is longer than 8 KiB");
  }
  const auto dots = std::count(token.begin(), token.end(), '.');
  if (dots != 2) {
    return undecodable("Expected 3 parts in JWT; got " + std::to_string(dots + 1));
  }
  const size_t first = token.find('.'), second = token.rfind('.');
  return Parts{token.substr(0, first), token.substr(first + 1, second - first - 1),
               token.substr(second + 1), token.substr(0, second)};
}

// False when the member is there and no string; `out` stays as it is where there is none.
bool try_string(const JsonObject& object, const std::string& key, std::string& out) {
  const std::string* text = text::find_member<std::string>(object, key);
  if (text != nullptr) out = *text;
  return text != nullptr || !object.contains(key);
}

Checked<void> check_header(std::string_view encoded) {
  std::string json, algorithm, type = "JWT";
  const bool decoded = decode_base64url(encoded, json);
  const auto header = text::parse_json_object(json);
  if (!decoded || !header || !try_string(*header, "alg", algorithm) ||
      !try_string(*header, "typ", type)) {
    return undecodable("JWT couldn't be decoded", "Its header is not what RFC 7515 asks for");
  }
  if (algorithm != "HS256") {
    return undecodable("Wrong or unsupported encoding algorithm",
                       "This server takes tokens signed with HS256 only");
  }
  if (header->contains("crit") || !text::equal_ignoring_case(type, "JWT")) {
    return undecodable("Unsupported token type");
  }
  return {};
}

Checked<void> check_signature(const SigningKey& key, const Parts& parts) {
  std::string given;
  if (!decode_base64url(parts.signature, given)) {
    return undecodable("JWT couldn't be decoded", "Its signature is not base64url");
  }
  const SigningKey::Signature right = key.sign(parts.signed_text);
  if (given.size() != right.size() ||
      sodium_memcmp(given.data(), right.data(), right.size()) != 0) {
    return undecodable("No suitable key or wrong key type",
                       "None of the keys was able to decode the JWT");
  }
  return {};
}

enum class Rounding { kDown, kUp };

// NumericDate of RFC 7519 section 2, in whole seconds. False when the member is there and no
// number.
bool try_date(const JsonObject& claims, const std::string& name, Rounding rounding, int64_t& out) {
  constexpr double kFarthest_s = 9e15;  // well within what a double holds exactly
  const auto found = claims.find(name);
  if (found == claims.end()) return true;
  const JsonValue& value = found->second;
  if (!value.is<double>()) return false;
  const double seconds = std::clamp(
      value.is<int64_t>() ? static_cast<double>(value.get<int64_t>()) : value.get<double>(),
      -kFarthest_s, kFarthest_s);
  out = static_cast<int64_t>(rounding == Rounding::kUp ? std::ceil(seconds) : std::floor(seconds));
  return true;
}

using Audience = std::vector<std::string>;

// A string or an array of strings.
bool try_audience(const JsonObject& claims, Audience& out) {
  const auto found = claims.find("aud");
  if (found == claims.end()) return true;
  if (!found->second.is<JsonArray>()) return try_string(claims, "aud", out.emplace_back());
  for (const JsonValue& one : found->second.get<JsonArray>()) {
    if (!one.is<std::string>()) return false;
    out.push_back(one.get<std::string>());
  }
  return true;
}

// The name of the first claim that is not of the type that it must have; nullptr: none.
const char* read_claims(const JsonObject& object, Claims& claims, Audience& audience) {
  Validity& validity = claims.validity;
  if (!try_string(object, "role", claims.role)) return "role";
  if (!try_string(object, "sub", claims.subject)) return "sub";
  if (!try_audience(object, audience)) return "aud";
  if (!try_date(object, "nbf", Rounding::kUp, validity.not_before_s)) return "nbf";
  if (!try_date(object, "iat", Rounding::kUp, validity.issued_at_s)) return "iat";
  if (!try_date(object, "exp", Rounding::kDown, validity.expires_at_s)) return "exp";
  if (object.contains("exp"))
    validity.expires_at_s = std::max<int64_t>(validity.expires_at_s, 1);  // 0 would mean never
  return nullptr;
}

std::string wrong_type(const std::string& claim) {
  const bool is_text = claim == "role" || claim == "sub";
  const char* right = claim == "aud" ? "a string or an array of strings"
                      : is_text      ? "a string"
                                     : "a number";
  return "The JWT '" + claim + "' claim must be " + right;
}

Checked<Claims> claims_of(std::string json, Audience& audience) {
  Claims claims;
  claims.role = "anon";
  const auto object = text::parse_json_object(json);
  if (!object) return bad_claim("Parsing claims failed");
  if (const char* wrong = read_claims(*object, claims, audience))
    return bad_claim(wrong_type(wrong));
  claims.json = std::move(json);
  return claims;
}

bool is_meant(const Audience& audience, const std::vector<std::string>& ours) {
  if (ours.empty() || audience.empty()) return true;
  return std::find_first_of(audience.begin(), audience.end(), ours.begin(), ours.end()) !=
         audience.end();
}

}  // namespace

std::string challenge_of(const TokenError& error) {
  return "Bearer error=\"invalid_token\", error_description=\"" + error.message + "\"";
}

SigningKey::SigningKey(std::string_view secret) {
  crypto_auth_hmacsha256_init(&state_, as_bytes(secret), secret.size());
}

SigningKey::Signature SigningKey::sign(std::string_view text) const {
  Signature out{};
  crypto_auth_hmacsha256_state state = state_;
  crypto_auth_hmacsha256_update(&state, as_bytes(text), text.size());
  crypto_auth_hmacsha256_final(&state, out.data());
  sodium_memzero(&state, sizeof state);
  return out;
}

SigningKey SigningKey::derive(std::string_view purpose) const {
  // No token begins like this: a dot would have to follow base64url.
  const Signature secret = sign("prodev key for: " + std::string(purpose));
  return SigningKey({reinterpret_cast<const char*>(secret.data()), secret.size()});
}

std::string sign(const SigningKey& key, std::string_view claims_json) {
  static const std::string kHeader = encode_base64url(R"({"alg":"HS256","typ":"JWT"})");
  std::string token = kHeader + "." + encode_base64url(claims_json);
  const SigningKey::Signature signature = key.sign(token);
  return token + "." +
         encode_base64url({reinterpret_cast<const char*>(signature.data()), signature.size()});
}

Checked<Claims> verify(const SigningKey& key, std::string_view token, int64_t now_s,
                       const VerifyOptions& options) {
  TRY_ASSIGN(const Parts parts, split(token));
  TRY(check_header(parts.header));
  TRY(check_signature(key, parts));
  std::string json;
  if (!decode_base64url(parts.payload, json)) {
    return undecodable("JWT couldn't be decoded", "Its payload is not base64url");
  }
  Audience audience;
  TRY_ASSIGN(Claims claims, claims_of(std::move(json), audience));
  TRY(check_times(claims.validity, now_s, options.clock_skew_s));
  if (!is_meant(audience, options.audiences)) return bad_claim("JWT not in audience");
  return claims;
}

Checked<void> check_times(const Validity& validity, int64_t now_s, int64_t clock_skew_s) {
  if (validity.expires_at_s != 0 && now_s - clock_skew_s >= validity.expires_at_s) {
    return bad_claim("JWT expired");
  }
  if (now_s + clock_skew_s < validity.not_before_s) return bad_claim("JWT not yet valid");
  if (now_s + clock_skew_s < validity.issued_at_s) return bad_claim("JWT issued at future");
  return {};
}

}  // namespace prodev::auth
