#include "http/forwarded.h"

#include <string>

#include "catch.h"

using namespace prodev;
using http::ProxyOptions;
using ProxyField = ProxyOptions::Field;

namespace {

// Who is taken for the client of a request from `peer` with these header lines.
std::string client_of(const std::string& peer, const std::string& fields,
                      ProxyField field = ProxyField::kXForwardedFor) {
  ProxyOptions options;
  for (const char* network : {"127.0.0.1", "10.0.0.0/8", "fd00::/8"})
    options.trusted.push_back(*text::parse_ip_network(network));
  options.field = field;
  const std::string head = "GET / HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n";
  http::Request request;
  REQUIRE_FALSE(http::parse_head(head, request.head));
  request.peer = *net::resolve_address(peer);
  http::find_client(options, request);
  return request.peer.ip() + (request.relayed ? " relayed" : "");
}

}  // namespace

TEST_CASE("a trusted proxy names the client") {
  CHECK(client_of("127.0.0.1:1", "X-Forwarded-For: 192.0.2.7\r\n") == "192.0.2.7");
  CHECK(client_of("127.0.0.1:1", "X-Forwarded-For: 2001:db8::7\r\n") == "2001:db8::7");
  CHECK(client_of("127.0.0.1:1", "X-Forwarded-For: 192.0.2.7:4711\r\n") == "192.0.2.7");
  CHECK(client_of("127.0.0.1:1", "X-Forwarded-For: [2001:db8::7]:4711\r\n") == "2001:db8::7");
  CHECK(client_of("[::ffff:127.0.0.1]:1", "X-Forwarded-For: 192.0.2.7\r\n") == "192.0.2.7");
  CHECK(client_of("127.0.0.1:1", "") == "127.0.0.1");
}

TEST_CASE("what a client writes in front of what proxies add is not believed") {
  CHECK(client_of("127.0.0.1:1", "X-Forwarded-For: 203.0.113.9, 192.0.2.7\r\n") == "192.0.2.7");
  CHECK(client_of("127.0.0.1:1", "X-Forwarded-For: 127.0.0.1, 192.0.2.7\r\n") == "192.0.2.7");
  CHECK(client_of("127.0.0.1:1",
                  "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-For: 192.0.2.7\r\n") == "192.0.2.7");
  CHECK(client_of("127.0.0.1:1", "X-Forwarded-For: 192.0.2.7, 10.1.1.1\r\n") == "192.0.2.7");
  CHECK(client_of("127.0.0.1:1", "X-Forwarded-For: 192.0.2.7\r\nForwarded: for=203.0.113.9\r\n") ==
        "192.0.2.7");
  CHECK(client_of("127.0.0.1:1", "X-Real-IP: 203.0.113.9\r\n") == "127.0.0.1 relayed");
}

TEST_CASE("nobody but a trusted proxy is believed") {
  const std::string fields = "X-Forwarded-For: 127.0.0.1\r\nForwarded: for=127.0.0.1\r\n";
  CHECK(client_of("192.0.2.1:1", fields) == "192.0.2.1 relayed");
  CHECK(client_of("192.0.2.1:1", fields, ProxyField::kForwarded) == "192.0.2.1 relayed");
  CHECK(client_of("127.0.0.2:1", "Via: 1.1 proxy\r\n") == "127.0.0.2 relayed");
  CHECK(client_of("127.0.0.2:1", "") == "127.0.0.2");
}

TEST_CASE("a hop that is no address ends the search at the proxy that wrote it") {
  for (const char* bad : {"unknown", "_hidden", "localhost", "", "192.0.2.7 x", "[::1", "\"\""}) {
    CAPTURE(bad);
    CHECK(client_of("127.0.0.1:1", "X-Forwarded-For: 192.0.2.7, " + std::string(bad) + "\r\n") ==
          "127.0.0.1 relayed");
    CHECK(client_of("127.0.0.1:1", "X-Forwarded-For: " + std::string(bad) + ", 10.0.0.9\r\n") ==
          "10.0.0.9 relayed");
  }
}

TEST_CASE("where proxies write Forwarded, it alone names the client") {
  const auto client = [](const std::string& fields) {
    return client_of("127.0.0.1:1", fields, ProxyField::kForwarded);
  };
  CHECK(client("Forwarded: for=192.0.2.7;proto=https;by=10.0.0.1\r\n") == "192.0.2.7");
  CHECK(client("Forwarded: proto=http; For=\"[2001:db8::7]:80\"\r\n") == "2001:db8::7");
  CHECK(client("Forwarded: for=203.0.113.9, for=192.0.2.7, for=10.0.0.2\r\n") == "192.0.2.7");
  CHECK(client("Forwarded: for=192.0.2.7;for=203.0.113.9\r\n") == "127.0.0.1 relayed");
  CHECK(client("Forwarded: for=unknown\r\n") == "127.0.0.1 relayed");
  CHECK(client("X-Forwarded-For: 203.0.113.9\r\n") == "127.0.0.1 relayed");
}
