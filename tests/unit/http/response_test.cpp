#include "http/response.h"

#include "catch.h"
#include "http/response_head.h"

using namespace prodev::http;
namespace base = prodev::base;

TEST_CASE("a header value cannot begin a header or a response of its own") {
  Response response;
  response.add_header("Location", std::string_view("/a\r\nSet-Cookie: b\r\n\r\n\0<", 23));
  CHECK(response.headers() == "Location: /a  Set-Cookie: b     <\r\n");
}

TEST_CASE("an error is one line of JSON") {
  Response response;
  set_error(response, 409, "taken", "the name \"a\" is taken", "choose another");
  CHECK(response.status == 409);
  CHECK(response.body() ==
        "{\"code\":\"taken\",\"message\":\"the name \\\"a\\\" is taken\","
        "\"details\":null,\"hint\":\"choose another\"}\n");
}

TEST_CASE("an error that may pass asks the client to retry") {
  Response response;
  set_error(response, base::Error{base::Code::kBusy, "full"});
  CHECK(response.status == 503);
  CHECK(response.headers().find("Retry-After: 1\r\n") != std::string::npos);
}

TEST_CASE("the length of a body is the sum of its parts and unknown of a stream") {
  Response response;
  CHECK(response.length() == 0U);
  response.set_segments({{"abc", -1, 0, 3, nullptr}, {{}, 5, 100, 1'000, nullptr}}, "text/plain");
  CHECK(response.length() == 1'003U);
  response.clear();
  CHECK(response.length() == 0U);
}

TEST_CASE("a response without a body has no length when its status allows none") {
  const Site site(Router({}, 0), SiteOptions{}, 0);
  Request request;
  Response response;
  response.status = 204;
  std::string out;
  append_response_head(out, site, request, response, {}, "Date: now\r\n");
  CHECK(out.find("HTTP/1.1 204 No Content\r\n") == 0);
  CHECK(out.find("Content-Length") == std::string::npos);
  response.status = 200;
  out.clear();
  append_response_head(out, site, request, response, {}, "Date: now\r\n");
  CHECK(out.find("Content-Length: 0\r\n") != std::string::npos);
}

TEST_CASE("only what a browser shows as a document carries the headers of documents") {
  SiteOptions options;
  options.document_lines = "Content-Security-Policy: x\r\n";
  const Site site(Router({}, 0), options, 0);
  for (const auto& [type, expected] :
       std::initializer_list<std::pair<const char*, bool>>{{"text/html; charset=utf-8", true},
                                                           {"image/svg+xml", true},
                                                           {"application/json", false}}) {
    Request request;
    Response response;
    response.set_body("x", type);
    std::string out;
    append_response_head(out, site, request, response, {}, "");
    CAPTURE(type);
    CHECK((out.find("Content-Security-Policy") != std::string::npos) == expected);
  }
}
