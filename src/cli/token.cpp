#include <algorithm>
#include <array>
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
#include "text/json_reader.h"
#include "text/json_string.h"

namespace prodev::cli {
namespace {

using base::Code;
using base::fail;
using base::Result;

Result<int64_t> ttl_of(const CommandLine& line) {
  constexpr int64_t kLongest_s = int64_t{36'500} * 86'400;
  const std::string text = line.option("--ttl", "1h");
  const auto ttl_s = config::parse_amount(text, config::Unit::kSeconds);
  if (ttl_s && *ttl_s >= 0 && *ttl_s <= kLongest_s) return *ttl_s;
  return fail(Code::kUsage,
              "--ttl: give a time up to 36500d, such as 30m, 1h or 7d, or 0 for a "
              "token that never expires");
}

struct MoreClaims {
  std::string members;  // "\"name\":\"Ada\"", without the braces
  bool has_audience = false;
};

Result<MoreClaims> more_claims(const std::string& json) {
  static constexpr std::array<std::string_view, 4> kOwn = {"role", "sub", "exp", "iat"};
  MoreClaims out;
  text::JsonReader reader(json);
  std::string key;
  reader.begin_object();
  while (reader.next_member(key)) {
    if (std::find(kOwn.begin(), kOwn.end(), key) != kOwn.end()) {
      return fail(Code::kUsage, "--claims may not hold \"" + key +
                                    "\"; --role, --sub and --ttl make the claims role, sub, exp "
                                    "and iat");
    }
    out.has_audience = out.has_audience || key == "aud";
    if (!out.members.empty()) out.members += ',';
    text::append_json_string(out.members, key);
    out.members += ':';
    out.members += reader.read_raw();
  }
  reader.finish();
  if (reader.failed()) {
    return fail(Code::kUsage,
                "--claims is not a JSON object, such as {\"name\":\"Ada\"}: " + reader.error());
  }
  return out;
}

void append_claim(std::string& json, const char* name, std::string_view text) {
  text::append_json_string(json.append(",\"").append(name).append("\":"), text);
}

Result<std::string> claims_of(const CommandLine& line, const config::Settings& settings) {
  const std::string role = line.option("--role"), subject = line.option("--sub");
  if (role.empty()) {
    return fail(Code::kUsage, "prodev token needs --role, such as --role authenticated");
  }
  TRY_ASSIGN(const int64_t ttl_s, ttl_of(line));
  TRY_ASSIGN(const MoreClaims more, more_claims(line.option("--claims", "{}")));
  const int64_t now_s = base::wall_ms() / 1'000;
  std::string json = "{\"iat\":" + std::to_string(now_s);
  if (ttl_s != 0) json += ",\"exp\":" + std::to_string(now_s + ttl_s);
  append_claim(json, "role", role);
  if (!subject.empty()) append_claim(json, "sub", subject);
  if (!more.has_audience && !settings.jwt_audience.empty()) {
    append_claim(json, "aud", settings.jwt_audience.front());
  }
  if (!more.members.empty()) json += "," + more.members;
  return json + "}";
}

bool exists(const std::string& path) {
  std::error_code ignored;  // what cannot be looked at is not there
  return std::filesystem::exists(path, ignored);
}

// A key made in a folder that is no project would be one that no server takes.
Result<void> check_project(const config::Settings& settings) {
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
  if (settings.jwt_secret.empty()) TRY(check_project(settings));
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
