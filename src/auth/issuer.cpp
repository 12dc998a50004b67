#include "auth/issuer.h"

#include <array>
#include <ctime>
#include <utility>

#include "base/random.h"
#include "base/result.h"

namespace prodev::auth {
namespace {

using text::JsonArray;
using text::JsonObject;
using text::JsonValue;

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

}  // namespace

struct Issuer::Session {
  std::string user_id;
  std::string session_id;
  JsonObject user_metadata;
  int64_t created_at_s = 0;
};

Issuer::Issuer(const SigningKey& key, IssuerOptions options)
    : access_key_(key), refresh_key_(key.derive("refresh tokens")), options_(std::move(options)) {}

std::string Issuer::access_token(const Session& session, int64_t now_s) const {
  const JsonObject method = {{"method", JsonValue("anonymous")},
                             {"timestamp", JsonValue(session.created_at_s)}};
  const JsonObject claims = {{"iss", JsonValue("prodev")},
                             {"sub", JsonValue(session.user_id)},
                             {"aud", JsonValue(options_.audience)},
                             {"exp", JsonValue(now_s + options_.access_token_ttl_s)},
                             {"iat", JsonValue(now_s)},
                             {"email", JsonValue("")},
                             {"phone", JsonValue("")},
                             {"app_metadata", JsonValue(JsonObject())},
                             {"user_metadata", JsonValue(session.user_metadata)},
                             {"role", JsonValue("authenticated")},
                             {"aal", JsonValue("aal1")},
                             {"amr", JsonValue(JsonArray{JsonValue(method)})},
                             {"session_id", JsonValue(session.session_id)},
                             {"is_anonymous", JsonValue(true)}};
  return sign(access_key_, text::to_json(claims));
}

std::string Issuer::refresh_token(const Session& session, int64_t now_s) const {
  const JsonObject claims = {{"aud", JsonValue(kRefreshAudience)},
                             {"sub", JsonValue(session.user_id)},
                             {"session_id", JsonValue(session.session_id)},
                             {"created_at", JsonValue(session.created_at_s)},
                             {"user_metadata", JsonValue(session.user_metadata)},
                             {"iat", JsonValue(now_s)},
                             {"exp", JsonValue(now_s + kRefreshTokenTtl_s)}};
  return sign(refresh_key_, text::to_json(claims));
}

text::JsonObject Issuer::user_of(const Session& session, int64_t now_s) const {
  const std::string created_at = format_time(session.created_at_s);
  return {{"id", JsonValue(session.user_id)},
          {"aud", JsonValue(options_.audience)},
          {"role", JsonValue("authenticated")},
          {"email", JsonValue("")},
          {"phone", JsonValue("")},
          {"last_sign_in_at", JsonValue(format_time(now_s))},
          {"app_metadata", JsonValue(JsonObject())},
          {"user_metadata", JsonValue(session.user_metadata)},
          {"identities", JsonValue(JsonArray())},
          {"created_at", JsonValue(created_at)},
          {"updated_at", JsonValue(created_at)},
          {"is_anonymous", JsonValue(true)}};
}

std::string Issuer::session_json(const Session& session, int64_t now_s) const {
  return text::to_json({{"access_token", JsonValue(access_token(session, now_s))},
                        {"token_type", JsonValue("bearer")},
                        {"expires_in", JsonValue(options_.access_token_ttl_s)},
                        {"expires_at", JsonValue(now_s + options_.access_token_ttl_s)},
                        {"refresh_token", JsonValue(refresh_token(session, now_s))},
                        {"user", JsonValue(user_of(session, now_s))}});
}

std::string Issuer::start_anonymous_session(text::JsonObject user_metadata, int64_t now_s) const {
  return session_json({make_uuid_v4(), make_uuid_v4(), std::move(user_metadata), now_s}, now_s);
}

tl::expected<std::string, TokenError> Issuer::refresh_session(std::string_view refresh_token,
                                                              int64_t now_s) const {
  // This server's own clock made it, which may since have been set back a little.
  const VerifyOptions options{30, {kRefreshAudience}};
  TRY_ASSIGN(const Claims claims, verify(refresh_key_, refresh_token, now_s, options));
  const auto object = text::parse_json_object(claims.json);
  const auto* session_id = object ? text::find_member<std::string>(*object, "session_id") : nullptr;
  const auto* data = object ? text::find_member<JsonObject>(*object, "user_metadata") : nullptr;
  const auto* created_at_s = object ? text::find_member<int64_t>(*object, "created_at") : nullptr;
  if (claims.subject.empty() || session_id == nullptr || data == nullptr || created_at_s == nullptr)
    return tl::make_unexpected(TokenError{"PGRST303", "Parsing claims failed", {}});
  const Session session{claims.subject, *session_id, *data, *created_at_s};
  return session_json(session, now_s);
}

}  // namespace prodev::auth
