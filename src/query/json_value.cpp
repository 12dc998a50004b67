#include "query/json_value.h"

#include <sodium.h>
#include <sqlite3.h>

#include <charconv>
#include <cmath>

#include "text/csv.h"
#include "text/json_reader.h"
#include "text/json_string.h"

namespace prodev::query {

namespace {

using catalog::ValueKind;
using db::StorageClass;

void append_integer(std::string& out, int64_t number) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, static_cast<size_t>(end - digits));
}

void append_real(std::string& out, double number, bool json) {
  if (!std::isfinite(number)) {
    const std::string_view word = number < 0 ? "-Infinity" : "Infinity";
    if (json) out.push_back('"');
    out += word;
    if (json) out.push_back('"');
    return;
  }
  char digits[40];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, static_cast<size_t>(end - digits));
}

std::string base64(std::string_view bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  ::sodium_bin2base64(text.data(), text.size(),
                      reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                      sodium_base64_VARIANT_ORIGINAL);
  text.resize(text.size() - 1);  // the NUL at the end
  return text;
}

// Of a text too, which asked for as text would be copied to get a NUL at its end.
std::string_view bytes_of(sqlite3_value* value) {
  const auto* bytes = static_cast<const char*>(::sqlite3_value_blob(value));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<size_t>(::sqlite3_value_bytes(value))};
}

bool is_boolean(const Cell& cell, ValueKind kind) {
  return kind == ValueKind::kBoolean && (cell.integer == 0 || cell.integer == 1);
}

}  // namespace

Cell Cell::of(const db::Statement& row, int column) {
  Cell cell;
  cell.type = row.column_class(column);
  switch (cell.type) {
    case StorageClass::kNull:
      break;
    case StorageClass::kInteger:
      cell.integer = row.column_int(column);
      break;
    case StorageClass::kReal:
      cell.real = row.column_real(column);
      break;
    case StorageClass::kText:
    case StorageClass::kBlob:
      cell.bytes = row.column_bytes(column);
      break;
  }
  return cell;
}

Cell Cell::of(sqlite3_value* value) {
  Cell cell;
  switch (::sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
      cell.type = StorageClass::kInteger;
      cell.integer = ::sqlite3_value_int64(value);
      break;
    case SQLITE_FLOAT:
      cell.type = StorageClass::kReal;
      cell.real = ::sqlite3_value_double(value);
      break;
    case SQLITE_TEXT:
      cell.type = StorageClass::kText;
      cell.bytes = bytes_of(value);
      break;
    case SQLITE_BLOB:
      cell.type = StorageClass::kBlob;
      cell.bytes = bytes_of(value);
      break;
    default:
      break;
  }
  return cell;
}

void append_json(std::string& out, const Cell& cell, ValueKind kind, bool always_json) {
  switch (cell.type) {
    case StorageClass::kNull:
      out += "null";
      return;
    case StorageClass::kInteger:
      if (is_boolean(cell, kind)) {
        out += cell.integer == 1 ? "true" : "false";
      } else {
        append_integer(out, cell.integer);
      }
      return;
    case StorageClass::kReal:
      append_real(out, cell.real, true);
      return;
    case StorageClass::kText:
      if (kind == ValueKind::kJson && (always_json || text::is_json(cell.bytes))) {
        out += cell.bytes;
      } else {
        text::append_json_string(out, cell.bytes);
      }
      return;
    case StorageClass::kBlob:
      text::append_json_string(out, base64(cell.bytes));
      return;
  }
}

void append_csv(std::string& out, const Cell& cell, ValueKind kind) {
  switch (cell.type) {
    case StorageClass::kNull:
      return;
    case StorageClass::kInteger:
      if (is_boolean(cell, kind)) {
        out.push_back(cell.integer == 1 ? 't' : 'f');
      } else {
        append_integer(out, cell.integer);
      }
      return;
    case StorageClass::kReal:
      return append_real(out, cell.real, false);
    case StorageClass::kText:
      return text::append_csv_field(out, cell.bytes);
    case StorageClass::kBlob:
      return text::append_csv_field(out, base64(cell.bytes));
  }
}

}  // namespace prodev::query
