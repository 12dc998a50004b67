#include "text/json_splitter.h"

#include <vector>

#include "catch.h"
#include "text_pieces.h"

namespace prodev::text {
namespace {

using Form = JsonSplitter::Form;

// "line value" of each value; an error comes last.
std::vector<std::string> split(Form form, const std::string& text, size_t piece_bytes,
                               size_t limit = 1'000) {
  JsonSplitter splitter(test::in_pieces(text, piece_bytes), form, limit);
  std::vector<std::string> out;
  std::string value;
  for (;;) {
    const base::Result<bool> more = splitter.next(value);
    if (!more) out.push_back(more.error().message);
    if (!more || !*more) return out;
    out.push_back(std::to_string(splitter.line()) + " " + value);
  }
}

void check(Form form, const std::string& text, const std::vector<std::string>& expected) {
  for (const size_t piece_bytes : {size_t{1}, size_t{2}, size_t{5}, size_t{1000}}) {
    CAPTURE(text, piece_bytes);
    CHECK(split(form, text, piece_bytes) == expected);
  }
}

std::string array_error(const std::string& text, size_t limit = 1'000) {
  const auto found = split(Form::kArray, text, 3, limit);
  return found.empty() ? "" : found.back();
}

TEST_CASE("JsonSplitter finds the elements of an array") {
  check(Form::kArray, "[]", {});
  check(Form::kArray, "\xef\xbb\xbf [\n] \n", {});
  check(Form::kArray, R"([{"a":1},{"b":[2,{}]}])", {R"(1 {"a":1})", R"(1 {"b":[2,{}]})"});
  check(Form::kArray, "[\n  {\n\"a\" : 1 },\n {}\n]\n", {"2 {\n\"a\" : 1 }", "4 {}\n"});
  check(Form::kArray, R"([1,"a,]\"\\",true])", {"1 1", R"(1 "a,]\"\\")", "1 true"});
  check(Form::kArray, R"([{"}":"{[\"}"}])", {R"(1 {"}":"{[\"}"})"});
}

TEST_CASE("JsonSplitter says where an array is malformed") {
  CHECK(array_error("").starts_with("line 1, column 1: expected '['"));
  CHECK(array_error("\n {}").starts_with("line 2, column 2: expected '['"));
  CHECK(array_error("[1,]") == "line 1, column 4: expected a value");
  CHECK(array_error("[,1]") == "line 1, column 2: expected a value");
  CHECK(array_error("[{}") == "line 1, column 4: the text ends within the array");
  CHECK(array_error("[\"a\n") == "line 2, column 1: the text ends within the array");
  CHECK(array_error("[1}]") == "line 1, column 3: a bracket that was not opened");
  CHECK(array_error("[] x") == "line 1, column 4: something follows the array");
}

TEST_CASE("JsonSplitter holds values to their limit") {
  CHECK(array_error("[{\"a\":12}]", 8) == "1 {\"a\":12}");
  CHECK(array_error("[{\"a\":123}]", 8) == "line 1, column 10: a value is larger than 8 bytes");
  CHECK(split(Form::kLines, "12345678\n123456789\n", 3, 8).back().starts_with("line 2, column "));
}

TEST_CASE("JsonSplitter takes lines one by one, malformed ones too") {
  check(Form::kLines, "", {});
  check(Form::kLines, "\n \r\n", {});
  check(Form::kLines, "{\"a\":1}\n\n{\"a\":\n {}", {"1 {\"a\":1}", "3 {\"a\":", "4 {}"});
  check(Form::kLines, "[[[\n]\n", {"1 [[[", "2 ]"});
}

}  // namespace
}  // namespace prodev::text
