#include "query/exact_value.h"

#include <limits>
#include <random>

#include "catch.h"
#include "text/csv.h"
#include "text/json_reader.h"
#include "text_pieces.h"

namespace prodev::query {
namespace {

using catalog::ValueKind;
using db::StorageClass;

Cell cell_of(const Value& value) { return {value.type, value.integer, value.real, value.bytes}; }

bool same(const Value& a, const Value& b) {
  return a.type == b.type && a.integer == b.integer && a.real == b.real && a.bytes == b.bytes;
}

// One that stores values as they are.
catalog::Column column_of(ValueKind kind) {
  catalog::Column column;
  column.name = "c";
  column.declared_type = "BLOB";
  column.kind = kind;
  return column;
}

std::string csv(ValueKind kind, const Value& value) {
  std::string text;
  append_exact_csv(text, cell_of(value), column_of(kind));
  return text;
}

std::string json(ValueKind kind, const Value& value) {
  std::string text;
  append_exact_json(text, cell_of(value), column_of(kind));
  return text;
}

Value through_csv(ValueKind kind, const Value& value) {
  text::CsvReader reader(test::in_pieces(csv(kind, value) + "\n", 100), 10'000, 10);
  std::vector<std::optional<std::string>> fields;
  REQUIRE(*reader.next(fields));
  return fields[0] ? *read_exact_text(column_of(kind), *fields[0]) : Value();
}

Value through_json(ValueKind kind, const Value& value) {
  const std::string text = json(kind, value);
  text::JsonReader reader(text);
  const Value read = *read_exact_json(column_of(kind), reader);
  reader.finish();
  CHECK_FALSE(reader.failed());
  return read;
}

constexpr ValueKind kKinds[] = {ValueKind::kAny,     ValueKind::kInteger,   ValueKind::kReal,
                                ValueKind::kNumeric, ValueKind::kText,      ValueKind::kBlob,
                                ValueKind::kJson,    ValueKind::kTimestamp, ValueKind::kDate,
                                ValueKind::kTime,    ValueKind::kUuid,      ValueKind::kBoolean};

void check(const Value& value) {
  for (const ValueKind kind : kKinds) {
    CAPTURE(kind, value.type, value.bytes, value.integer, value.real);
    CHECK(same(through_csv(kind, value), value));
    CHECK(same(through_json(kind, value), value));
  }
}

}  // namespace

TEST_CASE("values in columns of any kind are the same after being written and read") {
  for (const int64_t number :
       {int64_t{0}, int64_t{1}, int64_t{-5}, std::numeric_limits<int64_t>::min()})
    check(Value::of_integer(number));
  for (const double number :
       {1.0, -0.5, 1e300, 5e-324, 1e15, std::numeric_limits<double>::infinity()})
    check(Value::of_real(number));
  for (const char* text :
       {"",      "word",  "5",       "1.0",         "-1e5",       "'",     "''",   "'a'",
        "x'00'", "t",     "sqlite:", "sqlite:5",    "sqlite:'a'", "inf",   "nan",  "a,\"b\"\n",
        "null",  "\"a\"", "[1]",     "sqlite:x'0'", "2026-01-31", "12:00", "AAE=", "9e999"})
    check(Value::of_text(text));
  check(Value::of_text(std::string("a\0\xff", 3)));
  check(Value::of_blob(std::string("\0\xff\x10", 3)));
  check(Value::of_blob(""));
}

TEST_CASE("random texts and bytes are the same after being written and read") {
  std::mt19937 random(7);
  constexpr std::string_view kLetters = "x'0159aeE.-+,\" ";
  for (int i = 0; i < 1'000; ++i) {
    std::string bytes = i % 2 == 0 ? "sqlite:" : "";
    for (size_t n = random() % 8; n > 0; --n) bytes.push_back(kLetters[random() % kLetters.size()]);
    check(Value::of_text(bytes));
    check(Value::of_blob(bytes));
  }
}

TEST_CASE("values are marked only where they would be read as others") {
  CHECK(csv(ValueKind::kAny, Value::of_real(1)) == "1.0");
  CHECK(csv(ValueKind::kAny, Value::of_integer(1)) == "1");
  CHECK(csv(ValueKind::kAny, Value::of_text("1")) == "sqlite:'1'");
  CHECK(json(ValueKind::kAny, Value::of_text("1")) == "\"1\"");
  CHECK(csv(ValueKind::kAny, Value::of_text("x'00'")) == "x'00'");
  CHECK(csv(ValueKind::kAny, Value::of_blob(std::string("\0\xff", 2))) == "sqlite:x'00ff'");
  CHECK(csv(ValueKind::kText, Value::of_text("it's")) == "it's");
  CHECK(csv(ValueKind::kText, Value::of_text("sqlite:what")) == "sqlite:what");
  CHECK(csv(ValueKind::kBlob, Value::of_text("tea")) == "sqlite:'tea'");
  CHECK(json(ValueKind::kBlob, Value::of_blob("tea")) == "\"dGVh\"");
  CHECK(json(ValueKind::kTimestamp, Value::of_integer(1'700'000'000'000)) ==
        "\"sqlite:1700000000000\"");
  CHECK(csv(ValueKind::kTimestamp, Value::of_text("2026-01-31T12:00:00Z")) ==
        "2026-01-31T12:00:00Z");
}

}  // namespace prodev::query
