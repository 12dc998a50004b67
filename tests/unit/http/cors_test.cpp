#include "http/cors.h"

#include <string>

#include "catch.h"
#include "has.h"

using namespace prodev::http;
using prodev::test::has;

namespace {

// The headers of the answer to a preflight, or to a GET when `asked` is empty.
std::string answer(const CorsOptions& options, const std::string& origin,
                   const std::string& asked = {}) {
  const Cors cors(options);
  const std::string head = (asked.empty() ? "GET" : "OPTIONS") + std::string(" / HTTP/1.1\r\n") +
                           "Host: h\r\nOrigin: " + origin + "\r\n" +
                           (asked.empty() ? "" : "Access-Control-Request-Method: GET\r\n" + asked) +
                           "\r\n";
  Request request;
  REQUIRE_FALSE(parse_head(head, request.head));
  Response response;
  if (!asked.empty()) CHECK(cors.answer_preflight(request, response));
  cors.decorate(request, response);
  return response.headers();
}

bool allows(const char* allowed, const std::string& origin) {
  CorsOptions options;
  options.origins = {allowed};
  return answer(options, origin).find("Access-Control-Allow-Origin: " + origin + "\r\n") !=
         std::string::npos;
}

}  // namespace

TEST_CASE("a star for the port stands for any port, and for nothing else") {
  CHECK(allows("http://localhost:*", "http://localhost:5173"));
  CHECK(allows("http://localhost:*", "http://localhost"));
  for (const char* other :
       {"http://localhost.evil.example", "http://localhost:5173.evil.example",
        "http://localhost:", "https://localhost:5173", "http://localhost:5173/",
        "http://localhost:x", "http://localhos", "http://localhost:*", "null"}) {
    CAPTURE(other);
    CHECK_FALSE(allows("http://localhost:*", other));
  }
}

TEST_CASE("a preflight allows the headers that it asks for, and no text besides") {
  CorsOptions options;
  options.origins = {"https://app.example"};
  const auto asked = [&](const std::string& list) {
    return answer(options, "https://app.example",
                  "Access-Control-Request-Headers: " + list + "\r\n");
  };
  CHECK(has(asked("accept-profile,apikey,authorization,x-client-info"),
            "Access-Control-Allow-Headers: accept-profile, apikey, authorization, "
            "x-client-info\r\n"));
  CHECK(has(asked("a b, good, <x>, , \"q\""), "Access-Control-Allow-Headers: good\r\n"));
  CHECK_FALSE(has(asked(","), "Access-Control-Allow-Headers"));
  CHECK(has(asked("a"), "Vary: Access-Control-Request-Method, Access-Control-Request-Headers\r\n"));
  options.headers = {"x-one", "x-two"};
  CHECK(has(asked("authorization"), "Access-Control-Allow-Headers: x-one, x-two\r\n"));
}

TEST_CASE("the origin of a head is found in what has come of it, and not in a body") {
  CHECK(find_origin("GET / HTTP/1.1\r\nHost: a\r\nOrigin: http://o\r\nX: y") == "http://o");
  CHECK(find_origin("\r\nGET / HTTP/1.1\r\norigin:http://o \r\n\r\n") == "http://o");
  CHECK(find_origin("GET / HTTP/1.1\r\nHost: a\r\n\r\nOrigin: http://o\r\n").empty());
  CHECK(find_origin("GET / HTTP/1.1\r\nOrigin: http://o").empty());
  CHECK(find_origin("GET / HTTP/1.1\r\nOrigin: http://o\r\nOrigin: http://p\r\n\r\n").empty());
  CHECK(find_origin("Origin: http://o\r\n\r\n").empty());
  CHECK(find_origin("").empty());
}
