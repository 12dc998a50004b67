#include "http/router.h"

#include "catch.h"

using namespace prodev::http;

namespace {

Route row(std::string path, MethodSet methods) {
  return Route{path, methods, Lane::kInline, Access::kPublic, path, "", {}, {}};
}

const Router& router() {
  static const Router only(
      {row("/", Method::kGet), row("/*", Method::kGet | Method::kHead), row("/a", Method::kPost),
       row("/a", Method::kGet), row("/a/*", Method::kPut), row("/a/b/*", Method::kGet)},
      10);
  return only;
}

std::string label(Method method, std::string_view path) {
  const Router::Match match = router().match(method, path);
  return match.route == nullptr ? "none" : match.route->label;
}

}  // namespace

TEST_CASE("an exact path wins over prefixes, and a longer prefix over a shorter one") {
  CHECK(label(Method::kGet, "/") == "/");
  CHECK(label(Method::kGet, "/a") == "/a");
  CHECK(label(Method::kPut, "/a/") == "/a/*");
  CHECK(label(Method::kPut, "/a/x") == "/a/*");
  CHECK(label(Method::kGet, "/a/b/c") == "/a/b/*");
  CHECK(label(Method::kGet, "/ab") == "/*");
}

TEST_CASE("a path without the method names those that it has") {
  const Router::Match match = router().match(Method::kDelete, "/a");
  CHECK(match.route == nullptr);
  REQUIRE(match.allowed);
  CHECK(match.allowed->allow() == "GET, POST");
  CHECK_FALSE(router().match(Method::kGet, "*").allowed);
}

TEST_CASE("routes are numbered from the first id on, for their metrics") {
  CHECK(router().routes().front().id == 10);
  CHECK(router().match(Method::kGet, "/a/b/c").route->id == 15);
}

TEST_CASE("methods are told apart by case") {
  CHECK(find_method("GET") == Method::kGet);
  CHECK(find_method("get") == Method::kOther);
  CHECK(find_method("") == Method::kOther);
  CHECK(find_method("PATCH") == Method::kPatch);
}
