#include "http/head.h"

#include "catch.h"

using namespace prodev::http;

namespace {

HeadLimits limits;

// The status that `bytes` are refused with; 0 when they are taken.
int refusal(std::string_view bytes, const HeadLimits& within = {}) {
  HeadScanner scanner;
  if (scanner.scan(bytes, within) == HeadScanner::Progress::kRefused) return scanner.error().status;
  Head head;
  const auto error = parse_head(bytes.substr(0, scanner.size()), head);
  return error ? error->status : 0;
}

Head parse(std::string_view bytes) {
  Head head;
  REQUIRE_FALSE(parse_head(bytes, head));
  return head;
}

}  // namespace

TEST_CASE("the head scanner stops right behind the empty line") {
  HeadScanner scanner;
  CHECK(scanner.scan("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /next", limits) ==
        HeadScanner::Progress::kComplete);
  CHECK(scanner.size() == 27);
}

TEST_CASE("the head scanner goes on where it stopped") {
  const std::string_view head = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  HeadScanner scanner;
  for (size_t size = 1; size < head.size(); ++size) {
    REQUIRE(scanner.scan(head.substr(0, size), limits) == HeadScanner::Progress::kIncomplete);
  }
  CHECK(scanner.scan(head, limits) == HeadScanner::Progress::kComplete);
  scanner.reset();
  CHECK(scanner.scan(head, limits) == HeadScanner::Progress::kComplete);
}

TEST_CASE("the head scanner refuses a bare LF as soon as it comes") {
  HeadScanner scanner;
  CHECK(scanner.scan("GET / HTTP/1.1\n", limits) == HeadScanner::Progress::kRefused);
  CHECK(scanner.error().status == 400);
}

TEST_CASE("a head over a limit is refused with the status of that limit") {
  const HeadLimits small{100, 20, 3};
  CHECK(refusal("GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\n\r\n", small) == 0);
  CHECK(refusal("GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n", small) == 431);
  CHECK(refusal("GET /" + std::string(95, 'a'), small) == 414);
  const std::string rest(100 - 31, 'a');
  CHECK(refusal("GET / HTTP/1.1\r\nHost: a\r\nA: " + rest.substr(1) + "\r\n\r\n", small) == 0);
  CHECK(refusal("GET / HTTP/1.1\r\nHost: a\r\nA: " + rest + "a\r\n\r\n", small) == 431);
}

TEST_CASE("a head is parsed into views of its bytes") {
  const Head head =
      parse("POST /a%20b?c=d HTTP/1.1\r\nHost: h:1\r\nX-Y:  z \r\nContent-Length: 7\r\n\r\n");
  CHECK(head.method == Method::kPost);
  CHECK(head.path == "/a%20b");
  CHECK(head.query == "c=d");
  CHECK(head.host == "h:1");
  CHECK(head.find("x-y") == "z");
  CHECK(head.find("nothing").empty());
  CHECK(head.content_length == 7U);
  CHECK_FALSE(head.chunked);
  CHECK(head.keep_alive);
}

TEST_CASE("the host of an absolute target wins over the field") {
  const Head head = parse("GET http://b/c?d HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(head.host == "b");
  CHECK(head.path == "/c");
  CHECK(parse("GET http://b HTTP/1.1\r\nHost: a\r\n\r\n").path == "/");
}

TEST_CASE("whether a connection goes on depends on the version and the Connection field") {
  CHECK_FALSE(parse("GET / HTTP/1.0\r\n\r\n").keep_alive);
  CHECK(parse("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").keep_alive);
  CHECK_FALSE(parse("GET / HTTP/1.1\r\nHost: a\r\nConnection: a, Close\r\n\r\n").keep_alive);
  CHECK_FALSE(
      parse("GET / HTTP/1.0\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n").keep_alive);
}

TEST_CASE("clearing a head forgets everything of it") {
  Head head = parse("POST /a?b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  head.clear();
  CHECK(head.fields.empty());
  CHECK_FALSE(head.chunked);
  CHECK(head.query.empty());
  CHECK(head.host.empty());
}
