#include "auth/jwt.h"

#include "auth/base64url.h"
#include "auth/test_key.h"
#include "catch.h"

using namespace prodev::auth;
using prodev::test::kKey;
using prodev::test::kNow_s;

namespace {

std::string with_header(std::string_view header, std::string_view payload) {
  const std::string text = encode_base64url(header) + "." + encode_base64url(payload);
  const SigningKey::Signature signature = kKey.sign(text);
  return text + "." +
         encode_base64url({reinterpret_cast<const char*>(signature.data()), signature.size()});
}

Claims claims_of(const std::string& json, const VerifyOptions& options = {}) {
  const auto claims = verify(kKey, sign(kKey, json), kNow_s, options);
  if (!claims) FAIL(json + ": " + claims.error().message);
  return *claims;
}

// "CODE message"
std::string refusal_of_token(std::string_view token, const VerifyOptions& options = {}) {
  const auto claims = verify(kKey, token, kNow_s, options);
  return claims ? "accepted" : std::string(claims.error().code) + " " + claims.error().message;
}

std::string refusal_of_claims(const std::string& json, const VerifyOptions& options = {}) {
  return refusal_of_token(sign(kKey, json), options);
}

std::string refusal_of_header(std::string_view header) {
  return refusal_of_token(with_header(header, R"({"role":"staff"})"));
}

constexpr const char* kUndecodable = "PGRST301 JWT couldn't be decoded";
constexpr const char* kWrongAlgorithm = "PGRST301 Wrong or unsupported encoding algorithm";
constexpr const char* kWrongKey = "PGRST301 No suitable key or wrong key type";

}  // namespace

TEST_CASE("the example of RFC 7515 appendix A.1 is verified, and expires when it says") {
  std::string secret;
  REQUIRE(decode_base64url(
      "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
      secret));
  const SigningKey key(secret);
  const std::string token =
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVl"
      "fQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  const auto claims = verify(key, token, 1'300'819'379, {});
  REQUIRE(claims);
  CHECK(claims->role == "anon");
  CHECK(claims->subject.empty());
  CHECK(claims->validity.expires_at_s == 1'300'819'380);
  CHECK(claims->json ==
        "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}");
  CHECK(verify(key, token, 1'300'819'380 + 29, {}));
  CHECK(verify(key, token, 1'300'819'380 + 30, {}).error().message == "JWT expired");
}

TEST_CASE("a token that was signed is read back") {
  const std::string json =
      R"({"role":"staff","sub":"7\u0031","iat":1699999999,"nbf":1.5,"exp":1700000001.9,"x":[{}]})";
  const Claims claims = claims_of(json);
  CHECK(claims.role == "staff");
  CHECK(claims.subject == "71");
  CHECK(claims.json == json);
  CHECK(claims.validity.issued_at_s == 1'699'999'999);
  CHECK(claims.validity.not_before_s == 2);
  CHECK(claims.validity.expires_at_s == 1'700'000'001);
}

TEST_CASE("a token with any one character changed, cut or added is refused") {
  const std::string token = sign(kKey, R"({"role":"staff","exp":1800000000})");
  REQUIRE(verify(kKey, token, kNow_s, {}));
  for (size_t at = 0; at < token.size(); ++at) {
    for (const char c : {'A', 'B', 'Q', 'g', 'w', '0', '-', '_', '.', '=', ' ', '\n', '\0'}) {
      std::string changed = token;
      changed[at] = c;
      if (changed != token) CHECK(refusal_of_token(changed).substr(0, 8) == "PGRST301");
      CHECK(refusal_of_token(std::string(token).insert(at, 1, c)).substr(0, 8) == "PGRST301");
    }
    CHECK(refusal_of_token(token.substr(0, at)).substr(0, 8) == "PGRST301");
  }
  CHECK(refusal_of_token(token + "A") != "accepted");
  CHECK(refusal_of_token(token + "\n") != "accepted");
}

TEST_CASE("every last character of a signature but the right one is refused") {
  const std::string token = sign(kKey, "{}");
  int accepted = 0;
  for (const char c :
       std::string("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")) {
    std::string changed = token;
    changed.back() = c;
    accepted += refusal_of_token(changed) == "accepted";
  }
  CHECK(accepted == 1);
}

TEST_CASE("what is not three parts is refused with the number of its parts") {
  CHECK(refusal_of_token("") == "PGRST301 Empty JWT is sent in Authorization header");
  CHECK(refusal_of_token("a") == "PGRST301 Expected 3 parts in JWT; got 1");
  CHECK(refusal_of_token("a.b") == "PGRST301 Expected 3 parts in JWT; got 2");
  CHECK(refusal_of_token(sign(kKey, "{}") + ".") == "PGRST301 Expected 3 parts in JWT; got 4");
  CHECK(refusal_of_token("..") == kUndecodable);
}

TEST_CASE("a token of 8 KiB is read and a longer one is not") {
  const auto padded = [](size_t size) {
    return sign(kKey, R"({"x":")" + std::string(size, 'x') + R"("})");
  };
  CHECK(refusal_of_token(padded(6'050)) == "accepted");
  CHECK(padded(6'120).size() > kMaxTokenBytes);
  CHECK(refusal_of_token(padded(6'120)) == kUndecodable);
}

TEST_CASE("only the algorithm HS256 is taken, written so") {
  CHECK(refusal_of_header(R"({"alg":"HS256"})") == "accepted");
  for (const char* header :
       {R"({"alg":"none"})", R"({"alg":"None"})", R"({"alg":"hs256"})", R"({"alg":"HS384"})",
        R"({"alg":"RS256"})", R"({"alg":"HS256 "})", R"({"alg":"HS256\u0000"})", R"({"alg":""})",
        R"({"typ":"JWT"})", "{}"}) {
    CHECK(refusal_of_header(header) == kWrongAlgorithm);
  }
  // As an attacker sends it: without a signature.
  CHECK(refusal_of_token(encode_base64url(R"({"alg":"none"})") + "." +
                         encode_base64url(R"({"role":"service_role"})") + ".") == kWrongAlgorithm);
}

TEST_CASE("a header that could be read in two ways is refused") {
  for (const char* header :
       {R"({"alg":"HS256","alg":"HS256"})", R"({"alg":"none","alg":"HS256"})",
        R"({"alg":"HS256","\u0061lg":"none"})", R"({"alg":"HS256","typ":"JWT","typ":"JWT"})",
        R"({"alg":256})", R"({"alg":null})", R"({"alg":["HS256"]})", R"({"alg":"HS256","typ":1})",
        R"({"alg":"HS256"}{})", R"({"alg":"HS256",})", R"(["alg"])", R"("HS256")", "", "x"}) {
    CHECK(refusal_of_header(header) == kUndecodable);
  }
}

TEST_CASE("of the header's other members, typ must be JWT and crit must be missing") {
  CHECK(refusal_of_header(R"({"alg":"HS256","typ":"jWt","kid":"1","x":{"y":[]}})") == "accepted");
  CHECK(refusal_of_header(R"({"alg":"HS256","typ":"JWE"})") == "PGRST301 Unsupported token type");
  CHECK(refusal_of_header(R"({"alg":"HS256","crit":["exp"]})") ==
        "PGRST301 Unsupported token type");
  CHECK(refusal_of_header(R"({"alg":"HS256","crit":[]})") == "PGRST301 Unsupported token type");
}

TEST_CASE("a signature by another key is refused before the payload is looked at") {
  const SigningKey other("another secret of 32 characters..");
  CHECK(refusal_of_token(sign(other, R"({"exp":1})")) == kWrongKey);
  CHECK(refusal_of_token(sign(other, "not JSON")) == kWrongKey);
  CHECK(refusal_of_token(sign(kKey.derive("refresh"), "{}")) == kWrongKey);
  CHECK(verify(kKey.derive("refresh"), sign(kKey.derive("refresh"), "{}"), kNow_s, {}));
  CHECK(!verify(kKey.derive("refresh"), sign(kKey.derive("other"), "{}"), kNow_s, {}));
}

TEST_CASE("times are held to, give or take the clocks") {
  const auto at = [](const char* claim, int64_t seconds) {
    return refusal_of_claims("{\"" + std::string(claim) + "\":" + std::to_string(seconds) + "}");
  };
  CHECK(at("exp", kNow_s - 29) == "accepted");
  CHECK(at("exp", kNow_s - 30) == "PGRST303 JWT expired");
  CHECK(at("exp", 0) == "PGRST303 JWT expired");
  CHECK(at("exp", -5) == "PGRST303 JWT expired");
  CHECK(at("nbf", kNow_s + 30) == "accepted");
  CHECK(at("nbf", kNow_s + 31) == "PGRST303 JWT not yet valid");
  CHECK(at("iat", kNow_s + 30) == "accepted");
  CHECK(at("iat", kNow_s + 31) == "PGRST303 JWT issued at future");
  const VerifyOptions strict{0, {}};
  CHECK(refusal_of_claims(R"({"exp":1700000001,"nbf":1700000000})", strict) == "accepted");
  CHECK(refusal_of_claims(R"({"exp":1700000000})", strict) == "PGRST303 JWT expired");
  CHECK(refusal_of_claims(R"({"exp":1700000000.9})", strict) == "PGRST303 JWT expired");
  CHECK(refusal_of_claims(R"({"nbf":1700000000.1})", strict) == "PGRST303 JWT not yet valid");
  CHECK(refusal_of_claims(R"({"exp":1e300,"nbf":-1e300,"iat":1.7e9})", strict) == "accepted");
}

TEST_CASE("claims of the wrong type are refused by name") {
  for (const std::string claim : {"exp", "nbf", "iat"}) {
    for (const char* value : {"\"1800000000\"", "null", "true", "[]", "{}"}) {
      CHECK(refusal_of_claims("{\"" + claim + "\":" + value + "}") ==
            "PGRST303 The JWT '" + claim + "' claim must be a number");
    }
    // No double holds it.
    CHECK(refusal_of_claims("{\"" + claim + "\":1e999}") == "PGRST303 Parsing claims failed");
  }
  for (const std::string claim : {"role", "sub"}) {
    for (const char* value : {"1", "null", "[\"staff\"]", "{}"}) {
      CHECK(refusal_of_claims("{\"" + claim + "\":" + value + "}") ==
            "PGRST303 The JWT '" + claim + "' claim must be a string");
    }
  }
  for (const char* value : {"1", "null", "[1]", "[\"a\",null]", "{}"}) {
    CHECK(refusal_of_claims(std::string("{\"aud\":") + value + "}") ==
          "PGRST303 The JWT 'aud' claim must be a string or an array of strings");
  }
}

TEST_CASE("a payload that is no object, or has a claim twice, is refused") {
  for (const std::string& json :
       {std::string("[]"), std::string("\"x\""), std::string(), std::string("{"),
        std::string("{} {}"), std::string(R"({"role":"a","role":"b"})"),
        std::string(R"({"x":1,"\u0078":2})"), std::string("{\"x\":\"\xff\"}"),
        "{\"x\":" + std::string(100, '[') + std::string(100, ']') + "}"}) {
    CHECK(refusal_of_claims(json) == "PGRST303 Parsing claims failed");
  }
}

TEST_CASE("a token for somebody else is refused, one for nobody in particular is not") {
  const VerifyOptions ours{30, {"shop", "chat"}};
  CHECK(refusal_of_claims(R"({"aud":"chat"})", ours) == "accepted");
  CHECK(refusal_of_claims(R"({"aud":["x","shop"]})", ours) == "accepted");
  CHECK(refusal_of_claims(R"({"aud":[]})", ours) == "accepted");
  CHECK(refusal_of_claims("{}", ours) == "accepted");
  CHECK(refusal_of_claims(R"({"aud":"Shop"})", ours) == "PGRST303 JWT not in audience");
  CHECK(refusal_of_claims(R"({"aud":["x","y"]})", ours) == "PGRST303 JWT not in audience");
  CHECK(refusal_of_claims(R"({"aud":"x"})") == "accepted");
}

TEST_CASE("a refusal becomes the challenge of RFC 6750") {
  CHECK(challenge_of({"PGRST303", "JWT expired", {}}) ==
        "Bearer error=\"invalid_token\", error_description=\"JWT expired\"");
}

TEST_CASE("base64url has one text for each sequence of bytes") {
  std::string bytes;
  for (const std::string plain : {"", "f", "fo", "foo", "\xfb\xff"}) {
    REQUIRE(decode_base64url(encode_base64url(plain), bytes));
    CHECK(bytes == plain);
  }
  CHECK(encode_base64url("\xfb\xff") == "-_8");
  for (const char* text : {"Zg==", "Zh", "Z", "Zg\n", " Zg", "+/8", "Zm9=", "Zm9v.", "Zm9vA"}) {
    CHECK(!decode_base64url(text, bytes));
  }
}
