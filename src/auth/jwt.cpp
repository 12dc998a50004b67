#include "auth/jwt.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "auth/base64url.h"
#include "base/result.h"
#include "text/ascii.h"
#include "text/json_reader.h"

namespace prodev::auth {
namespace {

using text::JsonReader;
using Kind = JsonReader::Kind;
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

// Reads an object, giving each key to `member`, which takes its value. False when it is no object,
// not well formed, or has a key twice: which of the two holds would be for each reader to guess.
template <class Member>
bool read_object(std::string_view json, Member member) {
  JsonReader reader(json);
  std::vector<std::string> keys;
  std::string key;
  reader.begin_object();
  while (reader.next_member(key)) {
    keys.push_back(key);
    member(reader, key);
  }
  reader.finish();
  std::sort(keys.begin(), keys.end());
  return !reader.failed() && std::adjacent_find(keys.begin(), keys.end()) == keys.end();
}

// False, having stepped over the value, when it is not a string.
bool try_string(JsonReader& reader, std::string& out) {
  if (reader.peek() == Kind::kString) {
    reader.read_string(out);
    return true;
  }
  reader.read_raw();
  return false;
}

Checked<void> check_header(std::string_view encoded) {
  std::string json, algorithm, type = "JWT";
  bool has_critical = false, right_types = true;
  const bool read = decode_base64url(encoded, json) &&
                    read_object(json, [&](JsonReader& reader, const std::string& key) {
                      if (key == "alg") {
                        right_types = try_string(reader, algorithm) && right_types;
                      } else if (key == "typ") {
                        right_types = try_string(reader, type) && right_types;
                      } else {
                        has_critical = has_critical || key == "crit";
                        reader.read_raw();
                      }
                    });
  if (!read || !right_types) {
    return undecodable("JWT couldn't be decoded", "Its header is not what RFC 7515 asks for");
  }
  if (algorithm != "HS256") {
    return undecodable("Wrong or unsupported encoding algorithm",
                       "This server takes tokens signed with HS256 only");
  }
  if (has_critical || !text::equal_ignoring_case(type, "JWT")) {
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

// NumericDate of RFC 7519 section 2, in whole seconds. False when it is not a number.
bool try_date(JsonReader& reader, Rounding rounding, int64_t& out) {
  constexpr double kFarthest_s = 9e15;  // well within what a double holds exactly
  if (reader.peek() != Kind::kNumber) {
    reader.read_raw();
    return false;
  }
  const std::string_view text = reader.read_number();
  double seconds = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (parsed.ec != std::errc()) return false;
  seconds = std::clamp(seconds, -kFarthest_s, kFarthest_s);
  out = static_cast<int64_t>(rounding == Rounding::kUp ? std::ceil(seconds) : std::floor(seconds));
  return true;
}

using Audience = std::vector<std::string>;

// A string or an array of strings.
bool try_audience(JsonReader& reader, Audience& out) {
  if (reader.peek() != Kind::kArray) return try_string(reader, out.emplace_back());
  bool all_strings = true;
  reader.begin_array();
  while (reader.next_element()) {
    all_strings = try_string(reader, out.emplace_back()) && all_strings;
  }
  return all_strings;
}

// Reads the value of one claim. False when it is not of the type that the claim must have.
bool read_claim(JsonReader& reader, const std::string& name, Claims& claims, Audience& audience) {
  if (name == "role") return try_string(reader, claims.role);
  if (name == "sub") return try_string(reader, claims.subject);
  if (name == "aud") return try_audience(reader, audience);
  if (name == "nbf") return try_date(reader, Rounding::kUp, claims.validity.not_before_s);
  if (name == "iat") return try_date(reader, Rounding::kUp, claims.validity.issued_at_s);
  if (name == "exp") {
    const bool read = try_date(reader, Rounding::kDown, claims.validity.expires_at_s);
    claims.validity.expires_at_s =
        std::max<int64_t>(claims.validity.expires_at_s, 1);  // 0 would mean never
    return read;
  }
  reader.read_raw();
  return true;
}

std::string wrong_type(const std::string& claim) {
  const bool is_text = claim == "role" || claim == "sub";
  const char* right = claim == "aud" ? "a string or an array of strings"
                      : is_text      ? "a string"
                                     : "a number";
  return "The JWT '" + claim + "' claim must be " + right;
}

Checked<Claims> read_claims(std::string json, Audience& audience) {
  Claims claims;
  claims.role = "anon";
  std::string first_wrong;
  const bool read = read_object(json, [&](JsonReader& reader, const std::string& name) {
    if (!read_claim(reader, name, claims, audience) && first_wrong.empty()) first_wrong = name;
  });
  if (!read) return bad_claim("Parsing claims failed");
  if (!first_wrong.empty()) return bad_claim(wrong_type(first_wrong));
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
  TRY_ASSIGN(Claims claims, read_claims(std::move(json), audience));
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
