#include "query/stored_operand.h"

#include <array>
#include <charconv>

#include "text/hex.h"
#include "text/utf8.h"

namespace prodev::query {

namespace {

using db::StorageClass;

std::string hex_float(double number) {
  std::array<char, 64> text{};
  const auto written =
      std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::hex);
  return {text.data(), written.ptr};
}

}  // namespace

std::string stored_operand(const Value& value) {
  switch (value.type) {
    case StorageClass::kInteger:
      return "i" + std::to_string(value.integer);
    case StorageClass::kReal:
      return "r" + hex_float(value.real);
    case StorageClass::kText:
      return text::is_utf8(value.bytes) ? "t" + value.bytes : "x" + text::to_hex(value.bytes);
    case StorageClass::kBlob:
      return "b" + text::to_hex(value.bytes);
    case StorageClass::kNull:
      break;
  }
  return {};
}

Value value_of_operand(std::string_view operand) {
  if (operand.empty()) return {};
  const char letter = operand.front();
  operand.remove_prefix(1);
  const char* end = operand.data() + operand.size();
  Value value;
  switch (letter) {
    case 'i':
      std::from_chars(operand.data(), end, value.integer);
      value.type = StorageClass::kInteger;
      return value;
    case 'r':
      std::from_chars(operand.data(), end, value.real, std::chars_format::hex);
      value.type = StorageClass::kReal;
      return value;
    case 't':
      return Value::of_text(std::string(operand));
    case 'x':
      return Value::of_text(text::from_hex(operand));
    case 'b':
      return Value::of_blob(text::from_hex(operand));
    default:
      return {};
  }
}

}  // namespace prodev::query
