#include "http/body.h"

#include <filesystem>

#include "catch.h"
#include "http/request.h"
#include "temp_folder.h"

using namespace prodev::http;
namespace base = prodev::base;

TEST_CASE("a body moves to an unnamed file when it outgrows memory") {
  const prodev::test::TempFolder folder;
  base::TemporaryStore store(folder.path());
  const BodyLimits limits{10, 100, &store};
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
  base::TemporaryStore store(folder.path());
  const BodyLimits limits{4, 10, &store};
  RequestBody body;
  REQUIRE(body.append("0123456789", limits));
  const auto more = body.append("a", limits);
  REQUIRE_FALSE(more);
  CHECK(more.error().code == base::Code::kTooLarge);
  CHECK(body.size() == 10);
}

TEST_CASE("a body that cannot be stored is an error that names the folder") {
  RequestBody body;
  base::TemporaryStore store("/nonexistent");
  const auto stored = body.append("hello", {1, 100, &store});
  REQUIRE_FALSE(stored);
  CHECK(stored.error().code == base::Code::kUnavailable);
  CHECK(stored.error().message.find("/nonexistent") != std::string::npos);
}

TEST_CASE("a body goes to a file when the memory of its client is used up, and holds none then") {
  constexpr uint64_t kStep = base::Budget::kStep;
  const prodev::test::TempFolder folder;
  base::TemporaryStore store(folder.path());
  base::Budget memory({8 * kStep, 4 * kStep});
  const BodyLimits limits{3 * kStep, 100 * kStep, &store, &memory, {1}};
  const std::string piece(2 * kStep, 'a');
  RequestBody one, two, three;
  REQUIRE(one.append(piece, limits));
  REQUIRE(two.append(piece, limits));
  REQUIRE(three.append(piece, limits));
  CHECK_FALSE(two.in_file());
  CHECK(three.in_file());
  CHECK(memory.used() == 4 * kStep);
  REQUIRE(one.append(piece, limits));
  CHECK(one.in_file());
  CHECK(memory.used() == 2 * kStep);
  CHECK(store.used() > 0);
  two.clear();
  three.clear();
  one.clear();
  CHECK(memory.used() == 0);
  CHECK(store.used() == 0);
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
