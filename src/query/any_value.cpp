#include "query/any_value.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "text/ascii.h"
#include "text/csv.h"
#include "text/json_string.h"

namespace prodev::query {

namespace {

using db::StorageClass;

constexpr std::string_view kInfinity = "9e999";  // as SQLite writes it

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
  return std::nullopt;
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

std::string quoted(std::string_view text) {
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

// The text of a value that is no number, as read_any() reads it.
std::string spelled(const Cell& cell, bool may_be_number) {
  if (cell.type == StorageClass::kBlob) return blob_literal(cell.bytes);
  const bool as_it_is =
      read_any(cell.bytes, may_be_number).type == StorageClass::kText && !read_quoted(cell.bytes);
  return as_it_is ? std::string(cell.bytes) : quoted(cell.bytes);
}

bool append_number(std::string& out, const Cell& cell) {
  if (cell.type == StorageClass::kInteger) {
    out += std::to_string(cell.integer);
  } else if (cell.type == StorageClass::kReal) {
    out += real_literal(cell.real);
  } else {
    return false;
  }
  return true;
}

}  // namespace

void append_any_json(std::string& out, const Cell& cell) {
  const bool infinite = cell.type == StorageClass::kReal && !std::isfinite(cell.real);
  if (cell.type == StorageClass::kNull) {
    out += "null";
  } else if (infinite) {
    text::append_json_string(out, real_literal(cell.real));
  } else if (!append_number(out, cell)) {
    text::append_json_string(out, spelled(cell, false));
  }
}

void append_any_csv(std::string& out, const Cell& cell) {
  if (cell.type == StorageClass::kNull || append_number(out, cell)) return;
  text::append_csv_field(out, spelled(cell, true));
}

Value read_any(std::string_view text, bool may_be_number) {
  if (may_be_number) {
    if (std::optional<Value> number = read_number(text)) return *std::move(number);
  }
  if (std::optional<Value> infinity = read_infinity(text)) return *std::move(infinity);
  if (std::optional<Value> blob = read_blob(text)) return *std::move(blob);
  if (std::optional<Value> plain = read_quoted(text)) return *std::move(plain);
  return Value::of_text(std::string(text));
}

}  // namespace prodev::query
