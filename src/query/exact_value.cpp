#include "query/exact_value.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "query/stored_form.h"
#include "text/ascii.h"
#include "text/csv.h"
#include "text/json_string.h"

namespace prodev::query {

namespace {

using catalog::Column;
using catalog::ValueKind;
using db::StorageClass;

constexpr std::string_view kMark = "sqlite:";
constexpr std::string_view kInfinity = "9e999";  // as SQLite writes it
constexpr std::string_view kCast = "CAST(";
constexpr std::string_view kAsText = " AS TEXT)";

std::optional<Value> read_infinity(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (text.substr(negative ? 1 : 0) != kInfinity) return std::nullopt;
  const double infinity = std::numeric_limits<double>::infinity();
  return Value::of_real(negative ? -infinity : infinity);
}

std::optional<Value> read_number(std::string_view text) {
  const char* end = text.data() + text.size();
  int64_t integer = 0;
  if (const auto parsed = std::from_chars(text.data(), end, integer);
      parsed.ec == std::errc() && parsed.ptr == end)
    return Value::of_integer(integer);
  double real = 0;
  if (const auto parsed = std::from_chars(text.data(), end, real);
      parsed.ec == std::errc() && parsed.ptr == end && std::isfinite(real))
    return Value::of_real(real);
  return read_infinity(text);
}

std::optional<Value> read_blob(std::string_view text) {
  const bool marked = text.size() >= 3 && (text[0] == 'x' || text[0] == 'X') && text[1] == '\'' &&
                      text.back() == '\'';
  if (!marked || text.size() % 2 == 0) return std::nullopt;
  std::string bytes;
  for (text = text.substr(2, text.size() - 3); !text.empty(); text.remove_prefix(2)) {
    const int high = text::hex_value(text[0]);
    const int low = text::hex_value(text[1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes.push_back(static_cast<char>(high * 16 + low));
  }
  return Value::of_blob(std::move(bytes));
}

std::optional<Value> read_cast(std::string_view text) {
  if (!text.starts_with(kCast) || !text.ends_with(kAsText)) return std::nullopt;
  text.remove_prefix(kCast.size());
  std::optional<Value> value = read_blob(text.substr(0, text.size() - kAsText.size()));
  if (value) value->type = StorageClass::kText;
  return value;
}

std::optional<Value> read_quoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '\'' || text.back() != '\'') return std::nullopt;
  text = text.substr(1, text.size() - 2);
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\'' && (i + 1 == text.size() || text[++i] != '\'')) return std::nullopt;
    plain.push_back(text[i]);
  }
  return Value::of_text(std::move(plain));
}

// nullopt: it has no mark, or what is behind it is not SQL's spelling of a value.
std::optional<Value> read_marked(std::string_view text) {
  if (!text.starts_with(kMark)) return std::nullopt;
  text.remove_prefix(kMark.size());
  for (const auto read : {&read_number, &read_blob, &read_cast, &read_quoted}) {
    if (std::optional<Value> value = read(text)) return value;
  }
  return std::nullopt;
}

std::string text_literal(std::string_view text) {
  std::string literal = "'";
  for (const char c : text) {
    if (c == '\'') literal.push_back('\'');
    literal.push_back(c);
  }
  return literal += "'";
}

std::string blob_literal(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string literal = "x'";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    literal.push_back(kDigits[byte >> 4]);
    literal.push_back(kDigits[byte & 15]);
  }
  return literal += "'";
}

std::string real_literal(double number) {
  if (!std::isfinite(number)) return (number < 0 ? "-" : "") + std::string(kInfinity);
  char digits[40];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  std::string literal(digits, end);
  if (literal.find_first_of(".e") == std::string::npos) literal += ".0";
  return literal;
}

// Whether a file can hold it: UTF-8 without NUL.
bool is_plain_text(std::string_view text) {
  Column column;
  column.kind = ValueKind::kText;
  return stored_text(column, text).has_value();
}

std::string marked(const Cell& cell) {
  std::string text(kMark);
  switch (cell.type) {
    case StorageClass::kInteger:
      return text += std::to_string(cell.integer);
    case StorageClass::kReal:
      return text += real_literal(cell.real);
    case StorageClass::kBlob:
      return text += blob_literal(cell.bytes);
    case StorageClass::kText:
    case StorageClass::kNull:
      break;
  }
  if (is_plain_text(cell.bytes)) return text += text_literal(cell.bytes);
  return text += std::string(kCast) + blob_literal(cell.bytes) + std::string(kAsText);
}

// JSON that has line breaks between its tokens would end the lines of NDJSON.
std::string on_one_line(std::string_view json) {
  std::string line(json);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return std::string(text::trim(line));
}

// Whether the column holds, once `text` is stored in it, the number of `cell`.
bool becomes(const Cell& cell, const Column& column, std::string_view text) {
  const std::optional<Value> number = read_number(text::trim(text));
  if (affinity_of(column) != kNumericAffinity || !number || number->type != cell.type) return false;
  return number->integer == cell.integer && number->real == cell.real;
}

// Whether what was read is stored as the value of `cell`.
bool is_same(const Outcome<Value>& read, const Cell& cell, const Column& column) {
  if (!read) return false;
  if (read->type != cell.type)
    return read->type == StorageClass::kText && becomes(cell, column, read->bytes);
  if (cell.type == StorageClass::kInteger) return read->integer == cell.integer;
  if (cell.type == StorageClass::kReal) return read->real == cell.real;
  if (cell.type == StorageClass::kText && column.kind == ValueKind::kJson)
    return on_one_line(read->bytes) == on_one_line(cell.bytes);
  return read->bytes == cell.bytes;
}

// What REST would write, but that a real number without a type stays one: "1.0".
bool append_real_of_no_type(std::string& out, const Cell& cell, const Column& column) {
  if (column.kind != ValueKind::kAny || cell.type != StorageClass::kReal) return false;
  if (!std::isfinite(cell.real)) return false;
  out += real_literal(cell.real);
  return true;
}

}  // namespace

void append_exact_json(std::string& out, const Cell& cell, const Column& column) {
  const size_t before = out.size();
  if (append_real_of_no_type(out, cell, column)) return;
  append_json(out, cell, column.kind, column.always_json);
  if (cell.type == StorageClass::kNull) return;
  if (column.kind == ValueKind::kJson && cell.type == StorageClass::kText)
    out.replace(before, std::string::npos, on_one_line(out.substr(before)));
  text::JsonReader reader(std::string_view(out).substr(before));
  if (is_same(read_exact_json(column, reader), cell, column)) return;
  out.resize(before);
  text::append_json_string(out, marked(cell));
}

void append_exact_csv(std::string& out, const Cell& cell, const Column& column) {
  if (cell.type == StorageClass::kNull || append_real_of_no_type(out, cell, column)) return;
  std::string text;
  if (cell.type == StorageClass::kText) {
    text = cell.bytes;
  } else {
    append_csv(text, cell, column.kind);
    if (text == "\"\"") text.clear();  // of an empty blob
  }
  const bool fits = is_same(read_exact_text(column, text), cell, column);
  text::append_csv_field(out, fits ? text : marked(cell));
}

Outcome<Value> read_exact_text(const Column& column, std::string_view text) {
  if (std::optional<Value> value = read_marked(text)) return *std::move(value);
  return stored_text(column, text);
}

Outcome<Value> read_exact_json(const Column& column, text::JsonReader& reader) {
  if (reader.peek() == text::JsonReader::Kind::kString) {
    text::JsonReader ahead = reader;
    std::string text;
    ahead.read_string(text);
    if (std::optional<Value> value = read_marked(text)) {
      reader = ahead;
      return *std::move(value);
    }
  }
  return stored_json(column, reader);
}

}  // namespace prodev::query
