#include "auth/anonymous_sign_in.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "text/json_value.h"

namespace prodev::auth {
namespace {

using text::JsonObject;
using text::JsonValue;

constexpr size_t kMaxDataBytes = 1'024;  // so that a token with it fits into headers and bodies

void refuse(http::Response& response, int status, std::string_view error_code,
            std::string_view message) {
  const JsonObject body = {{"code", JsonValue(int64_t{status})},
                           {"error_code", JsonValue(std::string(error_code))},
                           {"msg", JsonValue(std::string(message))}};
  response.status = status;
  response.add_header_lines("Cache-Control: no-store\r\n");
  response.set_body(text::to_json(body) + "\n", "application/json");
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

// nullopt, with the refusal made, when the body is no JSON object.
std::optional<JsonObject> read_body(const http::Request& request, http::Response& response) {
  const auto body = small_body(request, response);
  if (!body) return std::nullopt;
  auto object = text::parse_json_object(*body);
  if (object) return std::move(*object);
  refuse(response, 400, "bad_json", "Could not parse request body as JSON: " + object.error());
  return std::nullopt;
}

bool has_text(const JsonObject& body, const std::string& key) {
  const auto* text = text::find_member<std::string>(body, key);
  return text != nullptr && !text->empty();
}

// nullopt, with the refusal made, when the member `data` is not what it should be.
std::optional<JsonObject> read_data(const JsonObject& body, http::Response& response) {
  const auto found = body.find("data");
  if (found == body.end() || found->second.is<picojson::null>()) return JsonObject();
  if (!found->second.is<JsonObject>()) {
    refuse(response, 400, "bad_json", "data must be an object");
    return std::nullopt;
  }
  return found->second.get<JsonObject>();
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

// nullopt, with the refusal made, when there is none.
std::optional<std::string> read_refresh_token(const http::Request& request,
                                              http::Response& response) {
  const auto body = read_body(request, response);
  if (!body) return std::nullopt;
  if (has_text(*body, "refresh_token")) return body->at("refresh_token").get<std::string>();
  if (body->contains("refresh_token") && !body->at("refresh_token").is<std::string>()) {
    refuse(response, 400, "bad_json", "refresh_token must be a string");
    return std::nullopt;
  }
  refuse(response, 400, "validation_failed", "refresh_token required");
  return std::nullopt;
}

int64_t now_s() { return base::wall_ms() / 1'000; }

}  // namespace

void answer_anonymous_sign_up(const Issuer& issuer, bool enabled, const http::Request& request,
                              http::Response& response) {
  const auto body = read_body(request, response);
  if (!body) return;
  auto data = read_data(*body, response);
  if (!data) return;
  if (has_text(*body, "email")) {
    return refuse(response, 422, "email_provider_disabled", "Email signups are disabled");
  }
  if (has_text(*body, "phone")) {
    return refuse(response, 422, "phone_provider_disabled", "Phone signups are disabled");
  }
  if (!enabled) {
    return refuse(response, 422, "anonymous_provider_disabled", "Anonymous sign-ins are disabled");
  }
  if (text::to_json(*data).size() > kMaxDataBytes) {
    return refuse(response, 400, "validation_failed", "data is longer than 1 KiB");
  }
  answer_session(response, issuer.start_anonymous_session(std::move(*data), now_s()));
}

void answer_refresh(const Issuer& issuer, const http::Request& request, http::Response& response) {
  const std::string_view grant = grant_type(request.head.query);
  if (grant == "password") {
    return refuse(response, 422, "email_provider_disabled", "Email logins are disabled");
  }
  if (grant != "refresh_token") {
    return refuse(response, 400, "invalid_credentials", "unsupported_grant_type");
  }
  const auto refresh_token = read_refresh_token(request, response);
  if (!refresh_token) return;
  auto session = issuer.refresh_session(*refresh_token, now_s());
  if (!session) {
    return refuse(response, 400, "refresh_token_not_found",
                  "Invalid Refresh Token: Refresh Token Not Found");
  }
  answer_session(response, std::move(*session));
}

}  // namespace prodev::auth
