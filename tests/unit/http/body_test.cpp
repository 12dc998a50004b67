#include "http/body.h"

#include <filesystem>

#include "catch.h"
#include "http/request.h"
#include "temp_folder.h"

using namespace prodev::http;
namespace base = prodev::base;

TEST_CASE("a body moves to an unnamed file when it outgrows memory") {
  const prodev::test::TempFolder folder;
  const BodyLimits limits{10, 100, folder.path()};
  RequestBody body;
  REQUIRE(body.append("0123456789", limits));
  CHECK_FALSE(body.in_file());
  REQUIRE(body.append("a", limits));
  CHECK(body.in_file());
  REQUIRE(body.append(std::string(89, 'b'), limits));
  REQUIRE(body.finish());
  REQUIRE(body.finish());
  CHECK(body.size() == 100);
  CHECK(*body.read_all() == "0123456789a" + std::string(89, 'b'));
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("a body over its limit is refused and what was there stays") {
  const prodev::test::TempFolder folder;
  const BodyLimits limits{4, 10, folder.path()};
  RequestBody body;
  REQUIRE(body.append("0123456789", limits));
  const auto more = body.append("a", limits);
  REQUIRE_FALSE(more);
  CHECK(more.error().code == base::Code::kTooLarge);
  CHECK(body.size() == 10);
}

TEST_CASE("a body that cannot be stored is an error that names the folder") {
  RequestBody body;
  const auto stored = body.append("hello", {1, 100, "/nonexistent"});
  REQUIRE_FALSE(stored);
  CHECK(stored.error().code == base::Code::kUnavailable);
  CHECK(stored.error().message.find("/nonexistent") != std::string::npos);
}

TEST_CASE("a detached request owns its bytes") {
  std::string bytes = "POST /a?b HTTP/1.1\r\nHost: h\r\nX: y\r\n\r\n";
  std::string content = "content";
  Request request;
  REQUIRE_FALSE(parse_head(bytes, request.head));
  request.body.borrow(content);
  request.detach(bytes);
  bytes.assign(bytes.size(), '#');
  content.assign(content.size(), '#');
  const Request moved = std::move(request);
  CHECK(moved.head.path == "/a");
  CHECK(moved.head.query == "b");
  CHECK(moved.head.host == "h");
  CHECK(moved.header("x") == "y");
  CHECK(moved.body.memory() == "content");
}
