#include "auth/anonymous_sign_in.h"
#include "auth/issuer.h"
#include "auth/test_key.h"
#include "base/clock.h"
#include "catch.h"
#include "text/json_reader.h"

using namespace prodev::auth;
using prodev::http::Request;
using prodev::http::Response;
using prodev::test::kKey;
using prodev::test::kNow_s;

namespace {

constexpr int64_t kDay_s = 86'400;
const Issuer kIssuer(kKey, {});

// The text of the value of `wanted` in the object `json`, without quotes; empty when missing.
std::string member(const std::string& json, const std::string& wanted) {
  prodev::text::JsonReader reader(json);
  std::string key, out;
  reader.begin_object();
  while (reader.next_member(key)) {
    const std::string raw(reader.read_raw());
    if (key == wanted) out = raw;
  }
  reader.finish();
  if (reader.failed()) FAIL(json + ": " + reader.error());
  return out.size() >= 2 && out.front() == '"' ? out.substr(1, out.size() - 2) : out;
}

std::string claims_of(const std::string& token, int64_t now_s) {
  const auto claims = verify(kKey, token, now_s, {30, {"authenticated"}});
  if (!claims) FAIL(claims.error().message);
  return claims->json;
}

bool is_uuid_v4(const std::string& text) {
  const std::string form = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
  bool fits = text.size() == form.size();
  for (size_t i = 0; fits && i < form.size(); ++i) {
    const std::string allowed = form[i] == 'x'   ? "0123456789abcdef"
                                : form[i] == 'y' ? "89ab"
                                                 : std::string(1, form[i]);
    fits = allowed.find(text[i]) != std::string::npos;
  }
  return fits;
}

Response sign_up(const std::string& body, bool enabled = true) {
  Request request;
  Response response;
  request.body.borrow(body);
  answer_anonymous_sign_up(kIssuer, enabled, request, response);
  return response;
}

Response refresh(const std::string& body, std::string_view query = "grant_type=refresh_token") {
  Request request;
  Response response;
  request.head.query = query;
  request.body.borrow(body);
  answer_refresh(kIssuer, request, response);
  return response;
}

std::string refusal(Response response) {
  CHECK(member(response.body(), "code") == std::to_string(response.status));
  CHECK(!member(response.body(), "msg").empty());
  CHECK(response.headers().find("no-store") != std::string::npos);
  return std::to_string(response.status) + " " + member(response.body(), "error_code");
}

}  // namespace

TEST_CASE("an anonymous session has GoTrue's members and a token that is taken") {
  const std::string session =
      kIssuer.start_anonymous_session({{"name", prodev::text::JsonValue("Ada")}}, kNow_s);
  CHECK(member(session, "token_type") == "bearer");
  CHECK(member(session, "expires_in") == "3600");
  CHECK(member(session, "expires_at") == "1700003600");
  const std::string claims = claims_of(member(session, "access_token"), kNow_s);
  const std::string user = member(session, "user");
  CHECK(is_uuid_v4(member(claims, "sub")));
  CHECK(is_uuid_v4(member(claims, "session_id")));
  CHECK(member(claims, "role") == "authenticated");
  CHECK(member(claims, "is_anonymous") == "true");
  CHECK(member(claims, "exp") == "1700003600");
  CHECK(member(claims, "iat") == "1700000000");
  CHECK(member(claims, "user_metadata") == R"({"name":"Ada"})");
  CHECK(member(user, "id") == member(claims, "sub"));
  CHECK(member(user, "created_at") == "2023-11-14T22:13:20Z");
  CHECK(member(user, "user_metadata") == R"({"name":"Ada"})");
  CHECK(member(user, "is_anonymous") == "true");
}

TEST_CASE("no two sessions are of the same user") {
  const auto user = [] { return member(kIssuer.start_anonymous_session({}, kNow_s), "user"); };
  CHECK(member(user(), "id") != member(user(), "id"));
}

TEST_CASE("a refreshed session is of the same user and lasts longer") {
  const std::string first =
      kIssuer.start_anonymous_session({{"name", prodev::text::JsonValue("Ada")}}, kNow_s);
  const int64_t later_s = kNow_s + 29 * kDay_s;
  const auto second = kIssuer.refresh_session(member(first, "refresh_token"), later_s);
  REQUIRE(second);
  const std::string before = claims_of(member(first, "access_token"), kNow_s);
  const std::string after = claims_of(member(*second, "access_token"), later_s);
  for (const char* same : {"sub", "session_id", "user_metadata", "role", "amr"}) {
    CHECK(member(after, same) == member(before, same));
  }
  CHECK(member(after, "iat") == std::to_string(later_s));
  CHECK(member(member(*second, "user"), "created_at") == "2023-11-14T22:13:20Z");
  CHECK(kIssuer.refresh_session(member(*second, "refresh_token"), later_s + 29 * kDay_s));
}

TEST_CASE("a refresh token ends after 30 days") {
  const std::string token = member(kIssuer.start_anonymous_session({}, kNow_s), "refresh_token");
  CHECK(kIssuer.refresh_session(token, kNow_s + 30 * kDay_s));  // within what clocks may differ
  const auto late = kIssuer.refresh_session(token, kNow_s + 30 * kDay_s + 30);
  REQUIRE(!late);
  CHECK(late.error().message == "JWT expired");
}

TEST_CASE("an access token is no refresh token, nor the reverse, whatever it claims") {
  const std::string session = kIssuer.start_anonymous_session({}, kNow_s);
  CHECK(!kIssuer.refresh_session(member(session, "access_token"), kNow_s));
  CHECK(!verify(kKey, member(session, "refresh_token"), kNow_s, {}));
  const std::string forged =
      R"({"aud":"refresh","sub":"7","session_id":"8","created_at":1,"user_metadata":{}})";
  CHECK(!kIssuer.refresh_session(sign(kKey, forged), kNow_s));
  CHECK(kIssuer.refresh_session(sign(kKey.derive("refresh tokens"), forged), kNow_s));
}

TEST_CASE("the audience and the lifetime of access tokens are chosen") {
  const Issuer issuer(kKey, {60, "shop"});
  const std::string session = issuer.start_anonymous_session({}, kNow_s);
  const std::string token = member(session, "access_token");
  CHECK(member(session, "expires_in") == "60");
  CHECK(verify(kKey, token, kNow_s + 59, {0, {"shop"}}));
  CHECK(!verify(kKey, token, kNow_s + 60, {0, {"shop"}}));
  CHECK(!verify(kKey, token, kNow_s, {0, {"authenticated"}}));
}

TEST_CASE("signing up without an account answers a session that refreshes") {
  for (const char* body :
       {"{}", R"({"data":null})", R"({"data":{},"gotrue_meta_security":{"captcha_token":null}})",
        R"({"email":"","data":{"a":[1]}})"}) {
    Response response = sign_up(body);
    REQUIRE(response.status == 200);
    CHECK(response.headers().find("no-store") != std::string::npos);
    const std::string token = member(response.body(), "refresh_token");
    Response next = refresh("{\"refresh_token\":\"" + token + "\"}");
    REQUIRE(next.status == 200);
    const std::string claims =
        claims_of(member(next.body(), "access_token"), prodev::base::wall_ms() / 1'000);
    CHECK(member(claims, "sub") == member(member(response.body(), "user"), "id"));
  }
}

TEST_CASE("the largest data still makes a token that fits, and more is refused") {
  const std::string data = R"({"x":")" + std::string(1'016, 'x') + R"("})";
  Response response = sign_up("{\"data\":" + data + "}");
  REQUIRE(response.status == 200);
  Response next =
      refresh("{\"refresh_token\":\"" + member(response.body(), "refresh_token") + "\"}");
  REQUIRE(next.status == 200);
  CHECK(member(member(next.body(), "user"), "user_metadata") == data);
  CHECK(refusal(sign_up(R"({"data":{"x":")" + std::string(1'017, 'x') + R"("}})")) ==
        "400 validation_failed");
}

TEST_CASE("signing up is refused as GoTrue refuses it") {
  CHECK(refusal(sign_up("{}", false)) == "422 anonymous_provider_disabled");
  CHECK(member(sign_up("{}", false).body(), "msg") == "Anonymous sign-ins are disabled");
  CHECK(refusal(sign_up(R"({"email":"a@b.example","password":"x"})")) ==
        "422 email_provider_disabled");
  CHECK(refusal(sign_up(R"({"phone":"1"})")) == "422 phone_provider_disabled");
  for (const char* body : {"", "x", "[]", "{", R"({"data":1})", R"({"data":"x"})", R"({"data":[]})",
                           "{} {}", "{\"data\":{\"a\":}}"}) {
    CHECK(refusal(sign_up(body)) == "400 bad_json");
  }
  CHECK(refusal(sign_up("{" + std::string(4'096, ' ') + "}")) == "413 validation_failed");
}

TEST_CASE("refreshing is refused as GoTrue refuses it") {
  const std::string body = R"({"refresh_token":"x"})";
  CHECK(refusal(refresh(body)) == "400 refresh_token_not_found");
  CHECK(refusal(refresh(body, "x=1&grant_type=refresh_token")) == "400 refresh_token_not_found");
  CHECK(refusal(refresh(body, "")) == "400 invalid_credentials");
  CHECK(refusal(refresh(body, "xgrant_type=refresh_token")) == "400 invalid_credentials");
  CHECK(refusal(refresh(body, "grant_type=pkce&")) == "400 invalid_credentials");
  CHECK(refusal(refresh(body, "grant_type=password")) == "422 email_provider_disabled");
  CHECK(refusal(refresh("{}")) == "400 validation_failed");
  CHECK(refusal(refresh(R"({"refresh_token":1})")) == "400 bad_json");
  CHECK(refusal(refresh("x")) == "400 bad_json");
  CHECK(refusal(refresh(std::string(5'000, ' '))) == "413 validation_failed");
}
