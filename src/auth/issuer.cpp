#include "auth/issuer.h"

#include <array>
#include <charconv>
#include <ctime>

#include "base/random.h"
#include "base/result.h"
#include "text/json_reader.h"
#include "text/json_string.h"

namespace prodev::auth {
namespace {

constexpr int64_t kRefreshTokenTtl_s = int64_t{30} * 86'400;
constexpr const char* kRefreshAudience = "refresh";

// RFC 9562 section 5.4.
std::string make_uuid_v4() {
  std::array<unsigned char, 16> bytes{};
  base::random_bytes(bytes.data(), bytes.size());
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
  std::string out;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += "0123456789abcdef"[bytes[i] >> 4];
    out += "0123456789abcdef"[bytes[i] & 15];
  }
  return out;
}

// RFC 3339, in UTC.
std::string format_time(int64_t unix_s) {
  const time_t seconds = unix_s;
  struct tm parts {};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> out{};
  const size_t size = std::strftime(out.data(), out.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {out.data(), size};
}

// Writes the members of an object one after the other.
class ObjectWriter {
 public:
  ObjectWriter& text(std::string_view key, std::string_view value) {
    begin(key);
    text::append_json_string(json_, value);
    return *this;
  }
  ObjectWriter& number(std::string_view key, int64_t value) {
    return raw(key, std::to_string(value));
  }
  // `value` is JSON.
  ObjectWriter& raw(std::string_view key, std::string_view value) {
    begin(key);
    json_ += value;
    return *this;
  }
  std::string finish() { return json_ + "}"; }

 private:
  void begin(std::string_view key) {
    if (json_.size() > 1) json_ += ',';
    text::append_json_string(json_, key);
    json_ += ':';
  }

  std::string json_ = "{";
};

}  // namespace

struct Issuer::Session {
  std::string user_id;
  std::string session_id;
  std::string user_metadata;  // a JSON object
  int64_t created_at_s = 0;
};

Issuer::Issuer(const SigningKey& key, IssuerOptions options)
    : access_key_(key), refresh_key_(key.derive("refresh tokens")), options_(std::move(options)) {}

std::string Issuer::access_token(const Session& session, int64_t now_s) const {
  ObjectWriter amr;
  amr.text("method", "anonymous").number("timestamp", session.created_at_s);
  ObjectWriter claims;
  claims.text("iss", "prodev").text("sub", session.user_id).text("aud", options_.audience);
  claims.number("exp", now_s + options_.access_token_ttl_s).number("iat", now_s);
  claims.text("email", "").text("phone", "").raw("app_metadata", "{}");
  claims.raw("user_metadata", session.user_metadata).text("role", "authenticated");
  claims.text("aal", "aal1").raw("amr", "[" + amr.finish() + "]");
  claims.text("session_id", session.session_id).raw("is_anonymous", "true");
  return sign(access_key_, claims.finish());
}

std::string Issuer::refresh_token(const Session& session, int64_t now_s) const {
  ObjectWriter claims;
  claims.text("aud", kRefreshAudience).text("sub", session.user_id);
  claims.text("session_id", session.session_id).number("created_at", session.created_at_s);
  claims.raw("user_metadata", session.user_metadata);
  claims.number("iat", now_s).number("exp", now_s + kRefreshTokenTtl_s);
  return sign(refresh_key_, claims.finish());
}

std::string Issuer::user_json(const Session& session, int64_t now_s) const {
  const std::string created_at = format_time(session.created_at_s);
  ObjectWriter user;
  user.text("id", session.user_id).text("aud", options_.audience).text("role", "authenticated");
  user.text("email", "").text("phone", "").text("last_sign_in_at", format_time(now_s));
  user.raw("app_metadata", "{}").raw("user_metadata", session.user_metadata);
  user.raw("identities", "[]").text("created_at", created_at).text("updated_at", created_at);
  return user.raw("is_anonymous", "true").finish();
}

std::string Issuer::session_json(const Session& session, int64_t now_s) const {
  ObjectWriter out;
  out.text("access_token", access_token(session, now_s)).text("token_type", "bearer");
  out.number("expires_in", options_.access_token_ttl_s);
  out.number("expires_at", now_s + options_.access_token_ttl_s);
  out.text("refresh_token", refresh_token(session, now_s));
  return out.raw("user", user_json(session, now_s)).finish();
}

std::string Issuer::start_anonymous_session(std::string_view user_metadata, int64_t now_s) const {
  return session_json({make_uuid_v4(), make_uuid_v4(), std::string(user_metadata), now_s}, now_s);
}

tl::expected<std::string, TokenError> Issuer::refresh_session(std::string_view refresh_token,
                                                              int64_t now_s) const {
  // This server's own clock made it, which may since have been set back a little.
  const VerifyOptions options{30, {kRefreshAudience}};
  TRY_ASSIGN(const Claims claims, verify(refresh_key_, refresh_token, now_s, options));
  Session session;
  session.user_id = claims.subject;
  text::JsonReader reader(claims.json);
  std::string key;
  reader.begin_object();
  while (reader.next_member(key)) {
    const bool is_text = key == "session_id";
    if (is_text) reader.read_string(session.session_id);
    const std::string_view raw = is_text ? std::string_view() : reader.read_raw();
    if (key == "user_metadata") session.user_metadata = raw;
    if (key == "created_at") std::from_chars(raw.begin(), raw.end(), session.created_at_s);
  }
  const bool whole = !reader.failed() && !session.user_id.empty() && !session.session_id.empty() &&
                     !session.user_metadata.empty();
  if (!whole) return tl::make_unexpected(TokenError{"PGRST303", "Parsing claims failed", {}});
  return session_json(session, now_s);
}

}  // namespace prodev::auth
