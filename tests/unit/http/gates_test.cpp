#include "catch.h"
#include "http/site.h"
#include "net/address.h"

using namespace prodev::http;
namespace net = prodev::net;

namespace {

Site make_site() {
  std::vector<Route> routes = {
      {"/open", Method::kGet, Lane::kInline, Access::kPublic, "open", "", 0, nullptr},
      {"/local", Method::kGet, Lane::kInline, Access::kLoopback, "local", "", 0, nullptr},
  };
  return {Router(std::move(routes), 0), SiteOptions(), 2};
}

// The status that the gates answer a GET with; 200 when all let it on.
int status_for(const Site& site, const std::string& peer, const std::string& path,
               const std::string& fields = "") {
  const std::string head = "GET " + path + " HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n";
  Request request;
  REQUIRE_FALSE(parse_head(head, request.head));
  request.peer = *net::resolve_address(peer);
  Response response;
  return pass_gates(site, request, response) ? 200 : response.status;
}

}  // namespace

TEST_CASE("a route for the machine itself refuses clients elsewhere, whatever they say") {
  const Site site = make_site();
  CHECK(status_for(site, "127.0.0.1:1", "/local") == 200);
  CHECK(status_for(site, "127.9.9.9:1", "/local") == 200);
  CHECK(status_for(site, "[::1]:1", "/local") == 200);
  CHECK(status_for(site, "[::ffff:127.0.0.1]:1", "/local") == 200);
  CHECK(status_for(site, "192.0.2.1:1", "/local") == 403);
  CHECK(status_for(site, "[2001:db8::1]:1", "/local") == 403);
  CHECK(status_for(site, "[::ffff:192.0.2.1]:1", "/local") == 403);
  CHECK(status_for(site, "192.0.2.1:1", "/local",
                   "X-Forwarded-For: 127.0.0.1\r\nForwarded: for=127.0.0.1\r\n") == 403);
  CHECK(status_for(site, "192.0.2.1:1", "/open") == 200);
}

TEST_CASE("a gate refuses what no route may see") {
  const Site site = make_site();
  CHECK(status_for(site, "127.0.0.1:1", "/open%zz") == 400);
  CHECK(status_for(site, "127.0.0.1:1", "/open%00") == 400);
  CHECK(status_for(site, "127.0.0.1:1", "/none") == 404);
  CHECK(status_for(site, "127.0.0.1:1", "/open", "Expect: tea\r\n") == 417);
  CHECK(status_for(site, "127.0.0.1:1", "/open", "Content-Length: 1\r\n") == 413);
  CHECK(status_for(site, "127.0.0.1:1", "/open?" + std::string(8'186, 'a')) == 200);
  CHECK(status_for(site, "127.0.0.1:1", "/open?" + std::string(8'187, 'a')) == 414);
  CHECK(status_for(site, "127.0.0.1:1", "/open", "Authorization: a\r\nauthorization: a\r\n") ==
        400);
}

TEST_CASE(
    "the preflight of a request that is too long is answered, so that its page can read why") {
  SiteOptions options;
  options.cors.origins = {"https://app.example"};
  std::vector<Route> routes;
  const Site site(Router(std::move(routes), 0), options, 0);
  const std::string head =
      "OPTIONS /a?" + std::string(9'000, 'a') + " HTTP/1.1\r\nHost: h\r\n" +
      "Origin: https://app.example\r\nAccess-Control-Request-Method: GET\r\n\r\n";
  Request request;
  REQUIRE_FALSE(parse_head(head, request.head));
  Response response;
  CHECK_FALSE(pass_gates(site, request, response));
  CHECK(response.status == 204);
}
