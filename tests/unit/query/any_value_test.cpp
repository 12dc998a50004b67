#include "query/any_value.h"

#include <limits>
#include <random>

#include "catch.h"
#include "text/csv.h"
#include "text/json_reader.h"
#include "text_pieces.h"

namespace prodev::query {
namespace {

using db::StorageClass;

Cell cell_of(const Value& value) { return {value.type, value.integer, value.real, value.bytes}; }

bool same(const Value& a, const Value& b) {
  return a.type == b.type && a.integer == b.integer && a.real == b.real && a.bytes == b.bytes;
}

Value through_csv(const Value& value) {
  std::string text;
  append_any_csv(text, cell_of(value));
  text::CsvReader reader(test::in_pieces(text + "\n", 100), 10'000, 10);
  std::vector<std::optional<std::string>> fields;
  REQUIRE(*reader.next(fields));
  return fields[0] ? read_any(*fields[0], true) : Value();
}

Value through_json(const Value& value) {
  std::string text;
  append_any_json(text, cell_of(value));
  text::JsonReader reader(text);
  std::string string;
  if (reader.peek() != text::JsonReader::Kind::kString) return read_any(text, true);
  reader.read_string(string);
  return read_any(string, false);
}

void check(const Value& value) {
  CAPTURE(value.bytes, value.integer, value.real);
  CHECK(same(through_csv(value), value));
  CHECK(same(through_json(value), value));
}

}  // namespace

TEST_CASE("values without a type are the same after being written and read") {
  for (const int64_t number : {int64_t{0}, int64_t{-5}, std::numeric_limits<int64_t>::min()})
    check(Value::of_integer(number));
  for (const double number :
       {1.0, -0.5, 1e300, 5e-324, 1e15, std::numeric_limits<double>::infinity()})
    check(Value::of_real(number));
  for (const char* text : {"", "word", "5", "1.0", "-1e5", "'", "''", "'a'", "x'00'", "X'zz'",
                           "x'0'", "a'b", "9e999", "null", "NULL", "a,\"b\"\n", "inf", "nan", "x"})
    check(Value::of_text(text));
  check(Value::of_blob(std::string("\0\xff\x10", 3)));
  check(Value::of_blob(""));
}

TEST_CASE("random texts and bytes without a type are the same after being written and read") {
  std::mt19937 random(7);
  constexpr std::string_view kLetters = "x'0159aeE.-+,\" ";
  for (int i = 0; i < 5'000; ++i) {
    std::string bytes;
    for (size_t n = random() % 8; n > 0; --n) bytes.push_back(kLetters[random() % kLetters.size()]);
    check(Value::of_text(bytes));
    check(Value::of_blob(bytes));
  }
}

TEST_CASE("values without a type are written as SQL writes them where that is in doubt") {
  const auto csv = [](const Value& value) {
    std::string text;
    append_any_csv(text, cell_of(value));
    return text;
  };
  CHECK(csv(Value::of_real(1)) == "1.0");
  CHECK(csv(Value::of_integer(1)) == "1");
  CHECK(csv(Value::of_text("1")) == "'1'");
  CHECK(csv(Value::of_text("it's")) == "it's");
  CHECK(csv(Value::of_text("x'00'")) == "'x''00'''");
  CHECK(csv(Value::of_blob(std::string("\0\xff", 2))) == "x'00ff'");
  std::string json;
  append_any_json(json, cell_of(Value::of_text("1")));
  CHECK(json == "\"1\"");
}

}  // namespace prodev::query
