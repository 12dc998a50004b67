#include "query/stored_operand.h"

#include <cmath>
#include <limits>

#include "catch.h"

namespace prodev::query {
namespace {

Value again(const Value& value) { return value_of_operand(stored_operand(value)); }

}  // namespace

TEST_CASE("an operand gives the value that was read again, with its class and every digit") {
  for (const int64_t number : {INT64_MIN, int64_t{-1}, int64_t{0}, int64_t{5}, INT64_MAX}) {
    const Value value = again(Value::of_integer(number));
    CHECK(value.type == db::StorageClass::kInteger);
    CHECK(value.integer == number);
  }
  for (const double number : {5.0, 0.1, -1e300, 5e-324, std::numeric_limits<double>::infinity(),
                              -std::numeric_limits<double>::infinity()}) {
    const Value value = again(Value::of_real(number));
    CHECK(value.type == db::StorageClass::kReal);
    CHECK(value.real == number);
  }
  for (const std::string& bytes : {std::string(), std::string("5"), std::string("i5"),
                                   std::string("\xff\xfe"), std::string("a\0b", 3)}) {
    const Value text = again(Value::of_text(bytes));
    CHECK(text.type == db::StorageClass::kText);
    CHECK(text.bytes == bytes);
    const Value blob = again(Value::of_blob(bytes));
    CHECK(blob.type == db::StorageClass::kBlob);
    CHECK(blob.bytes == bytes);
  }
}

TEST_CASE("an operand is UTF-8 whatever the value is") {
  CHECK(stored_operand(Value::of_text("\xff")) == "xff");
  CHECK(stored_operand(Value::of_blob("\xff")) == "bff");
  CHECK(stored_operand(Value::of_text("é")) == "té");
}

TEST_CASE("what is no operand gives NULL") {
  CHECK(value_of_operand("").type == db::StorageClass::kNull);
  CHECK(value_of_operand("z1").type == db::StorageClass::kNull);
}

}  // namespace prodev::query
