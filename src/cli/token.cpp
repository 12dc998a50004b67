#include <algorithm>
#include <filesystem>
#include <ostream>

#include "access/privileges.h"
#include "auth/jwt.h"
#include "auth/keys.h"
#include "base/clock.h"
#include "cli/commands.h"
#include "config/nearest.h"
#include "config/value.h"
#include "server/folders.h"
#include "text/json_value.h"

namespace prodev::cli {
namespace {

using base::Code;
using base::fail;
using base::Result;
using text::JsonObject;
using text::JsonValue;

Result<int64_t> ttl_of(const CommandLine& line) {
  constexpr int64_t kLongest_s = int64_t{36'500} * 86'400;
  const std::string text = line.option("--ttl", "1h");
  const auto ttl_s = config::parse_amount(text, config::Unit::kSeconds);
  if (ttl_s && *ttl_s >= 0 && *ttl_s <= kLongest_s) return *ttl_s;
  return fail(Code::kUsage,
              "--ttl: give a time up to 36500d, such as 30m, 1h or 7d, or 0 for a "
              "token that never expires");
}

Result<JsonObject> more_claims(const std::string& json) {
  auto claims = text::parse_json_object(json);
  if (!claims) {
    return fail(Code::kUsage,
                "--claims is not a JSON object, such as {\"name\":\"Ada\"}: " + claims.error());
  }
  for (const char* own : {"role", "sub", "exp", "iat"}) {
    if (!claims->contains(own)) continue;
    return fail(Code::kUsage, std::string("--claims may not hold \"") + own +
                                  "\"; --role, --sub and --ttl make the claims role, sub, exp "
                                  "and iat");
  }
  return std::move(*claims);
}

// `claims` and the members of the object `more`, as they are written there: their numbers may have
// more digits than a value holds.
std::string with_members(const JsonObject& claims, std::string_view more) {
  std::string json = text::to_json(claims);
  json.back() = ',';
  return json.append(more.substr(more.find('{') + 1));
}

Result<std::string> claims_of(const CommandLine& line, const config::Settings& settings) {
  const std::string role = line.option("--role"), subject = line.option("--sub");
  if (role.empty()) {
    return fail(Code::kUsage, "prodev token needs --role, such as --role authenticated");
  }
  TRY_ASSIGN(const int64_t ttl_s, ttl_of(line));
  const std::string more = line.option("--claims", "{}");
  TRY_ASSIGN(const JsonObject others, more_claims(more));
  const int64_t now_s = base::wall_ms() / 1'000;
  JsonObject claims = {{"iat", JsonValue(now_s)}};
  if (ttl_s != 0) claims["exp"] = JsonValue(now_s + ttl_s);
  claims["role"] = JsonValue(role);
  if (!subject.empty()) claims["sub"] = JsonValue(subject);
  if (!others.contains("aud") && !settings.jwt_audience.empty())
    claims["aud"] = JsonValue(settings.jwt_audience.front());
  return others.empty() ? text::to_json(claims) : with_members(claims, more);
}

bool exists(const std::string& path) {
  std::error_code ignored;  // what cannot be looked at is not there
  return std::filesystem::exists(path, ignored);
}

// A key made in a folder that is no project would be one that no server takes.
Result<void> require_project(const config::Settings& settings) {
  const bool is_project =
      exists(settings.dir + "/prodev.toml") || exists(config::effective_schema_dir(settings)) ||
      exists(config::effective_data_dir(settings)) || exists(config::effective_db_file(settings));
  if (is_project) return {};
  return fail(Code::kUsage, "there is no project in " + settings.dir +
                                ": name its folder with --dir, or give the secret of the server "
                                "with --jwt-secret");
}

// A server would take the token, and let it do nothing.
Result<void> check_role(const config::Settings& settings, const std::string& role) {
  const std::string path = config::effective_db_file(settings);
  std::vector<std::string> roles = {"anon", "authenticated", "service_role"};
  const bool has_database = exists(path);
  if (has_database) {
    TRY_ASSIGN(db::Connection connection, db::Connection::open(path, db::OpenMode::kReadOnly));
    TRY_ASSIGN(const access::Roles known, access::Roles::load(connection));
    roles = known.names();
  } else if (!settings.jwt_secret.empty()) {
    return {};  // of another machine's server
  }
  if (std::find(roles.begin(), roles.end(), role) != roles.end()) return {};
  const std::string near = config::nearest(role, roles);
  std::string way_out = has_database ? "CREATE ROLE in a schema file makes it"
                                     : "prodev migrate makes those of the schema files";
  if (!near.empty()) way_out = "did you mean " + near + "?";
  return fail(Code::kUsage, "there is no role " + role + " in this project: " + way_out);
}

Result<auth::Keys> load_keys(const config::Settings& settings) {
  const std::string data = config::effective_data_dir(settings);
  if (settings.jwt_secret.empty()) TRY(server::make_private_folder(data));
  return auth::load_or_make_keys(data, settings.jwt_secret);
}

}  // namespace

base::Result<int> run_token(const CommandLine& line, const Context& context) {
  constexpr int64_t kAnyTime_s = int64_t{1} << 60;  // a token may be made for later
  TRY_ASSIGN(const config::Settings settings, load_settings(line, context));
  TRY_ASSIGN(const std::string claims, claims_of(line, settings));
  if (settings.jwt_secret.empty()) {
    TRY(server::check_project_folder(settings));
    TRY(require_project(settings));
  }
  TRY(check_role(settings, line.option("--role")));
  TRY_ASSIGN(const auth::Keys keys, load_keys(settings));
  const std::string token = auth::sign(keys.signing, claims);
  const auto taken = auth::verify(keys.signing, token, 0, {kAnyTime_s, settings.jwt_audience});
  if (!taken) {
    return fail(Code::kUsage,
                "the server would not take a token with these claims: " + taken.error().message);
  }
  context.out << token << '\n';
  return 0;
}

}  // namespace prodev::cli
