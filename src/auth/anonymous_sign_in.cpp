#include "auth/anonymous_sign_in.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "text/json_reader.h"
#include "text/json_string.h"

namespace prodev::auth {
namespace {

using text::JsonReader;

constexpr size_t kMaxDataBytes = 1'024;  // so that a token with it fits into headers and bodies

void refuse(http::Response& response, int status, std::string_view error_code,
            std::string_view message) {
  std::string body = "{\"code\":" + std::to_string(status) + ",\"error_code\":";
  text::append_json_string(body, error_code);
  text::append_json_string(body += ",\"msg\":", message);
  response.status = status;
  response.add_header_lines("Cache-Control: no-store\r\n");
  response.set_body(body + "}\n", "application/json");
}

void answer_session(http::Response& response, std::string session) {
  response.add_header_lines("Cache-Control: no-store\r\n");
  response.set_body(std::move(session) + "\n", "application/json");
}

// nullopt, with the refusal made, when it is over the limit.
std::optional<std::string_view> small_body(const http::Request& request, http::Response& response) {
  if (!request.body.in_file() && request.body.size() <= kMaxSignInBodyBytes) {
    return request.body.memory();
  }
  refuse(response, 413, "validation_failed", "The body is longer than 4 KiB");
  return std::nullopt;
}

void refuse_json(http::Response& response, const JsonReader& reader) {
  refuse(response, 400, "bad_json", "Could not parse request body as JSON: " + reader.error());
}

struct SignUp {
  std::string data = "{}";
  std::string email, phone;
};

// False, with the refusal made, when the body is not what it should be.
bool read_sign_up(const http::Request& request, http::Response& response, SignUp& out) {
  const auto body = small_body(request, response);
  if (!body) return false;
  JsonReader reader(*body);
  std::string key;
  reader.begin_object();
  while (reader.next_member(key)) {
    const JsonReader::Kind kind = reader.peek();
    if (kind == JsonReader::Kind::kString && (key == "email" || key == "phone")) {
      reader.read_string(key == "email" ? out.email : out.phone);
      continue;
    }
    const std::string_view value = reader.read_raw();
    if (key == "data" && kind == JsonReader::Kind::kObject) out.data = value;
    if (key == "data" && kind != JsonReader::Kind::kObject && kind != JsonReader::Kind::kNull) {
      refuse(response, 400, "bad_json", "data must be an object");
      return false;
    }
  }
  reader.finish();
  if (reader.failed()) refuse_json(response, reader);
  return !reader.failed();
}

// The value of grant_type in the query; no grant type needs percent-encoding.
std::string_view grant_type(std::string_view query) {
  constexpr std::string_view kName = "grant_type=";
  while (!query.empty()) {
    const size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    if (pair.starts_with(kName)) return pair.substr(kName.size());
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return {};
}

// False, with the refusal made, when there is none.
bool read_refresh_token(const http::Request& request, http::Response& response, std::string& out) {
  const auto body = small_body(request, response);
  if (!body) return false;
  JsonReader reader(*body);
  std::string key;
  reader.begin_object();
  while (reader.next_member(key)) {
    if (key == "refresh_token") {
      reader.read_string(out);
    } else {
      reader.read_raw();
    }
  }
  reader.finish();
  if (reader.failed()) {
    refuse_json(response, reader);
  } else if (out.empty()) {
    refuse(response, 400, "validation_failed", "refresh_token required");
  }
  return !reader.failed() && !out.empty();
}

int64_t now_s() { return base::wall_ms() / 1'000; }

}  // namespace

void answer_anonymous_sign_up(const Issuer& issuer, bool enabled, const http::Request& request,
                              http::Response& response) {
  SignUp sign_up;
  if (!read_sign_up(request, response, sign_up)) return;
  if (!sign_up.email.empty()) {
    return refuse(response, 422, "email_provider_disabled", "Email signups are disabled");
  }
  if (!sign_up.phone.empty()) {
    return refuse(response, 422, "phone_provider_disabled", "Phone signups are disabled");
  }
  if (!enabled) {
    return refuse(response, 422, "anonymous_provider_disabled", "Anonymous sign-ins are disabled");
  }
  if (sign_up.data.size() > kMaxDataBytes) {
    return refuse(response, 400, "validation_failed", "data is longer than 1 KiB");
  }
  answer_session(response, issuer.start_anonymous_session(sign_up.data, now_s()));
}

void answer_refresh(const Issuer& issuer, const http::Request& request, http::Response& response) {
  const std::string_view grant = grant_type(request.head.query);
  if (grant == "password") {
    return refuse(response, 422, "email_provider_disabled", "Email logins are disabled");
  }
  if (grant != "refresh_token") {
    return refuse(response, 400, "invalid_credentials", "unsupported_grant_type");
  }
  std::string refresh_token;
  if (!read_refresh_token(request, response, refresh_token)) return;
  auto session = issuer.refresh_session(refresh_token, now_s());
  if (!session) {
    return refuse(response, 400, "refresh_token_not_found",
                  "Invalid Refresh Token: Refresh Token Not Found");
  }
  answer_session(response, std::move(*session));
}

}  // namespace prodev::auth
