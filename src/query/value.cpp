#include "query/value.h"

#include <sodium.h>

#include <array>
#include <charconv>
#include <cmath>

#include "query/date_time.h"
#include "query/stored_form.h"
#include "text/ascii.h"
#include "text/utf8.h"

namespace prodev::query {

namespace {

using catalog::Column;
using catalog::ValueKind;
using db::StorageClass;

tl::unexpected<ApiError> out_of_range(const Column& column, std::string_view text) {
  return refuse({400, "22003",
                 "value \"" + std::string(text.substr(0, 100)) + "\" is out of range for type " +
                     std::string(catalog::type_name(column.kind)),
                 "Column " + column.name});
}

Outcome<Value> parse_integer(const Column& column, std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::result_out_of_range) return out_of_range(column, text);
  if (error != std::errc() || end != text.data() + text.size()) return wrong_syntax(column, text);
  return Value::of_integer(number);
}

Outcome<Value> parse_real(const Column& column, std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::result_out_of_range) return out_of_range(column, text);
  if (error != std::errc() || end != text.data() + text.size()) return wrong_syntax(column, text);
  // from_chars takes "nan" and "inf", which neither JSON nor SQLite can hold.
  if (!std::isfinite(number)) return wrong_syntax(column, text);
  return Value::of_real(number);
}

Outcome<Value> parse_boolean(const Column& column, std::string_view text) {
  for (const std::string_view word : {"true", "t", "1", "yes", "y", "on"}) {
    if (text::equal_ignoring_case(text, word)) return Value::of_integer(1);
  }
  for (const std::string_view word : {"false", "f", "0", "no", "n", "off"}) {
    if (text::equal_ignoring_case(text, word)) return Value::of_integer(0);
  }
  return wrong_syntax(column, text);
}

Outcome<Value> parse_blob(const Column& column, std::string_view text) {
  std::string bytes(text.size() / 4 * 3 + 3, '\0');
  size_t size = 0;
  const char* end = nullptr;
  const bool decoded =
      ::sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                          text.size(), nullptr, &size, &end, sodium_base64_VARIANT_ORIGINAL) == 0;
  if (!decoded || end != text.data() + text.size()) return wrong_syntax(column, text);
  bytes.resize(size);
  return Value::of_blob(std::move(bytes));
}

// Integers and reals as such where the text is one; anything else as text.
Value parse_any(std::string_view text) {
  const char* end = text.data() + text.size();
  int64_t integer = 0;
  if (const auto parsed = std::from_chars(text.data(), end, integer);
      parsed.ec == std::errc() && parsed.ptr == end) {
    return Value::of_integer(integer);
  }
  double real = 0;
  if (const auto parsed = std::from_chars(text.data(), end, real);
      parsed.ec == std::errc() && parsed.ptr == end && std::isfinite(real)) {
    return Value::of_real(real);
  }
  return Value::of_text(std::string(text));
}

// Any type that SQLite does not know is numeric to it, whatever its name means; some of the names
// mean numbers.
bool is_decimal(const Column& column) {
  const std::string type =
      text::lowered(column.declared_type.substr(0, column.declared_type.find('(')));
  const std::string_view name = text::trim(type);
  return name == "numeric" || name == "decimal" || name == "dec" || name == "number";
}

Outcome<Value> parse_numeric(const Column& column, std::string_view text) {
  Value value = parse_any(text);
  if (value.type == StorageClass::kText && is_decimal(column)) return wrong_syntax(column, text);
  return value;
}

// Other programs store dates as numbers, too.
Outcome<Value> parse_date(const Column& column, std::string_view text) {
  if (is_date(text)) return Value::of_text(std::string(text));
  constexpr size_t kDateBytes = 10;
  if (is_timestamp(text)) return Value::of_text(std::string(text.substr(0, kDateBytes)));
  Value value = parse_any(text);
  if (value.type == StorageClass::kText) return wrong_syntax(column, text);
  return value;
}

Outcome<Value> parse_uuid(const Column& column, std::string_view text) {
  std::optional<std::string> key = uuid_key(text);
  if (!key) return wrong_syntax(column, text);
  return Value::of_text(std::move(*key));
}

// Whether a REAL holds the whole number `digits` and not one near it.
bool holds_whole(double number, std::string_view digits) {
  std::array<char, 400> exact{};  // the largest has 309 digits
  const char* begin = exact.data();
  const char* end =
      std::to_chars(exact.data(), exact.data() + exact.size(), number, std::chars_format::fixed, 0)
          .ptr;
  return digits == std::string_view(begin, static_cast<size_t>(end - begin));
}

// `digits`, a number, where SQLite will store it as INTEGER or REAL: a NUMERIC column turns the
// text of one into that, too. 22003 when that is another whole number, or none that JSON can write.
Outcome<Value> exact_number(const Column& column, std::string_view digits) {
  Value value = parse_any(digits);
  if (value.type == StorageClass::kInteger) return value;
  const bool whole = digits.find_first_not_of("-0123456789") == std::string_view::npos;
  if (value.type == StorageClass::kText || (whole && !holds_whole(value.real, digits)))
    return out_of_range(column, digits);
  return value;
}

bool is_json_number(std::string_view text) {
  const bool begins_as_one =
      !text.empty() && (text.front() == '-' || (text.front() >= '0' && text.front() <= '9'));
  return begins_as_one && text::is_json(text);
}

// JSON that is a number, into a column that keeps no text of numbers.
Outcome<void> check_json_number(const Column& column, std::string_view json) {
  const std::string_view number = text::trim(json);
  if (affinity_of(column) == kNumericAffinity && is_json_number(number))
    TRY(exact_number(column, number));
  return {};
}

Outcome<void> check_text(const Column& column, std::string_view text) {
  const size_t good = text::utf8_prefix_length(text);
  const bool has_nul = text.substr(0, good).find('\0') != std::string_view::npos;
  if (!has_nul && good == text.size()) return {};
  return refuse({400, has_nul ? "22P05" : "22021",
                 "the value for column \"" + column.name + "\" is not valid UTF-8 text"});
}

Outcome<void> check_format(const Column& column, std::string_view text) {
  bool valid = true;
  switch (column.kind) {
    case ValueKind::kDate:
      valid = is_date(text);
      break;
    case ValueKind::kTime:
      valid = is_time(text);
      break;
    case ValueKind::kTimestamp:
      valid = is_timestamp(text);
      break;
    case ValueKind::kJson:
      if (!text::is_json(text)) return wrong_syntax(column, text);
      return check_json_number(column, text);
    default:
      break;
  }
  if (!valid) return wrong_syntax(column, text);
  return {};
}

Outcome<Value> number_value(const Column& column, std::string_view digits) {
  switch (column.kind) {
    case ValueKind::kInteger:
      return parse_integer(column, digits);
    case ValueKind::kReal:
      return parse_real(column, digits);
    case ValueKind::kBoolean:
      return parse_boolean(column, digits);
    case ValueKind::kNumeric:
    case ValueKind::kAny:
      return exact_number(column, digits);
    case ValueKind::kTimestamp:
    case ValueKind::kDate:
    case ValueKind::kTime:
    case ValueKind::kBlob:
    case ValueKind::kUuid:
      return wrong_syntax(column, digits);
    case ValueKind::kJson:
      TRY(check_json_number(column, digits));
      break;
    case ValueKind::kText:
      break;
  }
  return Value::of_text(std::string(digits));
}

Outcome<Value> boolean_value(const Column& column, bool value) {
  if (column.kind == ValueKind::kBoolean || column.kind == ValueKind::kAny)
    return Value::of_integer(value ? 1 : 0);
  const std::string_view word = value ? "true" : "false";
  if (column.kind == ValueKind::kText || column.kind == ValueKind::kJson)
    return Value::of_text(std::string(word));
  return wrong_syntax(column, word);
}

bool takes_json_text(const Column& column) {
  return column.kind == ValueKind::kJson || column.kind == ValueKind::kText ||
         column.kind == ValueKind::kAny;
}

}  // namespace

Value Value::of_integer(int64_t number) { return {StorageClass::kInteger, number, 0, {}}; }
Value Value::of_real(double number) { return {StorageClass::kReal, 0, number, {}}; }
Value Value::of_text(std::string text) { return {StorageClass::kText, 0, 0, std::move(text)}; }
Value Value::of_blob(std::string bytes) { return {StorageClass::kBlob, 0, 0, std::move(bytes)}; }

void Value::bind(db::RowStatement& statement, int parameter) const {
  switch (type) {
    case StorageClass::kInteger:
      return statement.bind_int(parameter, integer);
    case StorageClass::kReal:
      return statement.bind_real(parameter, real);
    case StorageClass::kText:
      return statement.bind_text_view(parameter, bytes);
    case StorageClass::kBlob:
      return statement.bind_blob_view(parameter, bytes);
    case StorageClass::kNull:
      return statement.bind_null(parameter);
  }
}

tl::unexpected<ApiError> wrong_syntax(const Column& column, std::string_view text) {
  const bool is_time = column.kind == ValueKind::kTimestamp || column.kind == ValueKind::kDate ||
                       column.kind == ValueKind::kTime;
  return refuse({400, is_time ? "22007" : "22P02",
                 "invalid input syntax for type " + std::string(catalog::type_name(column.kind)) +
                     ": \"" + std::string(text.substr(0, 100)) + "\"",
                 "Column " + column.name});
}

Outcome<Value> comparand(const Column& column, std::string_view text) {
  TRY(check_text(column, text));
  switch (column.kind) {
    case ValueKind::kInteger:
      return parse_integer(column, text::trim(text));
    case ValueKind::kReal:
      return parse_real(column, text::trim(text));
    case ValueKind::kBoolean:
      return parse_boolean(column, text::trim(text));
    case ValueKind::kBlob:
      return parse_blob(column, text);
    case ValueKind::kAny:
      return parse_any(text);
    case ValueKind::kNumeric:
      return parse_numeric(column, text::trim(text));
    case ValueKind::kDate:
      return parse_date(column, text::trim(text));
    case ValueKind::kUuid:
      return parse_uuid(column, text::trim(text));
    default:  // SQLite applies the column's affinity to text
      return Value::of_text(std::string(text));
  }
}

Outcome<Value> stored_text(const Column& column, std::string_view text) {
  TRY(check_format(column, text));
  if (column.kind == ValueKind::kDate) return Value::of_text(std::string(text));
  if (column.kind == ValueKind::kNumeric) {
    TRY(check_text(column, text));
    const std::string_view number = text::trim(text);
    if (parse_any(number).type != StorageClass::kText || is_json_number(number))
      return exact_number(column, number);
    return is_decimal(column) ? wrong_syntax(column, text)
                              : Outcome<Value>(Value::of_text(std::string(text)));
  }
  return comparand(column, text);
}

Outcome<Value> stored_json(const Column& column, text::JsonReader& reader) {
  using Kind = text::JsonReader::Kind;
  switch (reader.peek()) {
    case Kind::kNull:
      reader.read_null();
      return Value();
    case Kind::kTrue:
    case Kind::kFalse:
      return boolean_value(column, reader.read_bool());
    case Kind::kNumber: {
      const std::string_view digits = reader.read_number();
      if (reader.failed()) return Value();
      return number_value(column, digits);
    }
    case Kind::kString: {
      if (column.kind == ValueKind::kJson) return Value::of_text(std::string(reader.read_raw()));
      std::string text;
      reader.read_string(text);
      if (reader.failed()) return Value();
      if (column.kind == ValueKind::kAny) {
        TRY(check_text(column, text));
        return Value::of_text(std::move(text));
      }
      return stored_text(column, text);
    }
    case Kind::kArray:
    case Kind::kObject:
      break;
  }
  const std::string_view raw = reader.read_raw();
  if (!takes_json_text(column)) return wrong_syntax(column, raw);
  return Value::of_text(std::string(raw));
}

}  // namespace prodev::query
