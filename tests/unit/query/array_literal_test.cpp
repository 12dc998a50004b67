#include "query/array_literal.h"

#include "catch.h"

namespace prodev::query {
namespace {

std::string json_of(std::string_view literal) { return json_of_array_literal(literal).value(); }

std::string fault_of(std::string_view literal) {
  const auto read = json_of_array_literal(literal);
  return read ? "read as " + *read : read.error().details;
}

TEST_CASE("An array literal is read as PostgreSQL reads it") {
  CHECK(json_of("{}") == "[]");
  CHECK(json_of(" { } ") == "[]");
  CHECK(json_of("{a}") == R"(["a"])");
  CHECK(json_of(R"({a,"b c",1})") == R"(["a","b c","1"])");
  CHECK(json_of("{ a b , \t\"c\"\n,d }") == R"(["a b","c","d"])");
  CHECK(json_of(R"({"",","})") == R"(["",","])");
  CHECK(json_of(R"({"{",a'b})") == R"(["{","a'b"])");
}

TEST_CASE("NULL in an array literal is null unless any of it is quoted") {
  CHECK(json_of("{NULL,null, Null }") == "[null,null,null]");
  CHECK(json_of(R"({"NULL",N\ULL,NULLs})") == R"(["NULL","NULL","NULLs"])");
}

TEST_CASE("A backslash in an array literal takes what follows, in and out of quotes") {
  CHECK(json_of(R"({a\,b,c\}d,e\\f,\"g})") == R"(["a,b","c}d","e\\f","\"g"])");
  CHECK(json_of(R"({"a\"b","c\\d","\e"})") == R"(["a\"b","c\\d","e"])");
  CHECK(json_of(R"({a\ ,\ b})") == R"(["a "," b"])");
}

TEST_CASE("What is wrong in an array literal is told") {
  CHECK(fault_of("") == "Array value must start with \"{\".");
  CHECK(fault_of("a,b") == "Array value must start with \"{\".");
  CHECK(fault_of("{a") == "Unexpected end of input.");
  CHECK(fault_of("{a,") == "Unexpected end of input.");
  CHECK(fault_of("{") == "Unexpected end of input.");
  CHECK(fault_of(R"({"a)") == "Unexpected end of input.");
  CHECK(fault_of(R"({a\)") == "Unexpected end of input.");
  CHECK(fault_of(R"({"a\)") == "Unexpected end of input.");
  CHECK(fault_of(R"({a\})") == "Unexpected end of input.");
  CHECK(fault_of("{a,,b}") == "Unexpected \",\" character.");
  CHECK(fault_of("{a,}") == "Unexpected \"}\" character.");
  CHECK(fault_of("{,a}") == "Unexpected \",\" character.");
  CHECK(fault_of(R"({a"b"})") == "Unexpected array element.");
  CHECK(fault_of(R"({"a"b})") == "Unexpected array element.");
  CHECK(fault_of("{a}b") == "Junk after closing right brace.");
  CHECK(fault_of("{{a},{b}}") == "Arrays within arrays are not supported.");
}

TEST_CASE("An array literal that has failed or ended gives no more elements") {
  ArrayLiteral wrong("{a,,b}");
  CHECK(wrong.next());
  CHECK_FALSE(wrong.next());
  CHECK_FALSE(wrong.next());
  CHECK(wrong.failed());
}

TEST_CASE("An array literal that has ended stays so") {
  ArrayLiteral none("{}");
  CHECK_FALSE(none.next());
  CHECK_FALSE(none.next());
  CHECK_FALSE(none.failed());
}

}  // namespace
}  // namespace prodev::query
