#include "auth/authenticator.h"

#include "auth/test_key.h"
#include "catch.h"

using namespace prodev::auth;
using prodev::test::kKey;
using prodev::test::kNow_s;

namespace {

std::string token_for(const std::string& role, int64_t expires_at_s = 1'800'000'000) {
  return sign(kKey, "{\"role\":\"" + role +
                        "\",\"sub\":\"7\",\"exp\":" + std::to_string(expires_at_s) + "}");
}

// The role, or "CODE message".
std::string who(Authenticator& authenticator, const std::string& authorization,
                const std::string& apikey = {}, int64_t now_s = kNow_s) {
  const auto identity = authenticator.identify(authorization, apikey, now_s);
  if (identity) return (*identity)->role;
  return std::string(identity.error().code) + " " + identity.error().message;
}

}  // namespace

TEST_CASE("who sends no token is anon") {
  Authenticator authenticator(kKey, {});
  const auto identity = authenticator.identify("", "", kNow_s);
  REQUIRE(identity);
  CHECK((*identity)->role == "anon");
  CHECK((*identity)->subject.empty());
  CHECK((*identity)->claims_json == R"({"role":"anon"})");
}

TEST_CASE("the bearer token comes before the apikey") {
  Authenticator authenticator(kKey, {});
  const std::string staff = token_for("staff"), anon = token_for("anon");
  CHECK(who(authenticator, "Bearer " + staff, anon) == "staff");
  CHECK(who(authenticator, "bEARER   " + staff, "not a token") == "staff");
  CHECK(who(authenticator, "", staff) == "staff");
  CHECK(who(authenticator, "Bearer x", staff) == "PGRST301 Expected 3 parts in JWT; got 1");
  CHECK(who(authenticator, "Bearer", staff) ==
        "PGRST301 Empty JWT is sent in Authorization header");
  CHECK(who(authenticator, "Bearer " + staff + " x") != "staff");
}

TEST_CASE("another scheme than Bearer is refused, and never falls back to the apikey") {
  Authenticator authenticator(kKey, {});
  const std::string staff = token_for("staff");
  for (const std::string& value :
       {std::string("Basic dTpw"), staff, "Bearer" + staff, "Bearer:" + staff, std::string(" ")}) {
    CHECK(who(authenticator, value, staff) == "PGRST301 Authorization must use the scheme Bearer");
  }
}

TEST_CASE("a remembered token gives the same identity as a new one") {
  Authenticator authenticator(kKey, {});
  const std::string header = "Bearer " + token_for("staff");
  for (int i = 0; i < 3; ++i) {
    const auto identity = authenticator.identify(header, "", kNow_s);
    REQUIRE(identity);
    CHECK((*identity)->role == "staff");
    CHECK((*identity)->subject == "7");
    CHECK((*identity)->claims_json == R"({"role":"staff","sub":"7","exp":1800000000})");
    CHECK((*identity)->expires_at_s == 1'800'000'000);
  }
}

TEST_CASE("a remembered token expires, and begins, by the clock") {
  Authenticator authenticator(kKey, {});
  const std::string expires = "Bearer " + token_for("staff", kNow_s);
  CHECK(who(authenticator, expires, "", kNow_s + 29) == "staff");
  CHECK(who(authenticator, expires, "", kNow_s + 30) == "PGRST303 JWT expired");
  CHECK(who(authenticator, expires, "", kNow_s) == "staff");
  const std::string begins =
      "Bearer " + sign(kKey, R"({"role":"staff","nbf":1700000000,"iat":1600000000})");
  CHECK(who(authenticator, begins, "", kNow_s) == "staff");
  CHECK(who(authenticator, begins, "", kNow_s - 31) == "PGRST303 JWT not yet valid");
  CHECK(who(authenticator, begins, "", 1'500'000'000) == "PGRST303 JWT not yet valid");
}

TEST_CASE("refusals are not remembered and remembered tokens open nothing else") {
  Authenticator authenticator(kKey, {});
  const std::string good = token_for("staff");
  CHECK(who(authenticator, "Bearer " + good) == "staff");
  for (size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = bad[at] == 'A' ? 'B' : 'A';
    CHECK(who(authenticator, "Bearer " + bad).substr(0, 8) == "PGRST301");
    CHECK(who(authenticator, "Bearer " + bad).substr(0, 8) == "PGRST301");
  }
  CHECK(who(authenticator, "Bearer " + good) == "staff");
}

TEST_CASE("more tokens than are remembered are still told apart") {
  Authenticator authenticator(kKey, {});
  std::vector<std::string> headers;
  for (int i = 0; i < 3'000; ++i) headers.push_back("Bearer " + token_for("r" + std::to_string(i)));
  for (int round = 0; round < 2; ++round) {
    for (size_t i = 0; i < headers.size(); ++i) {
      if (who(authenticator, headers[i]) != "r" + std::to_string(i)) FAIL(headers[i]);
    }
  }
}
