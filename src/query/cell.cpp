#include "query/cell.h"

#include <sodium.h>
#include <sqlite3.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "text/csv.h"
#include "text/json_reader.h"
#include "text/json_string.h"
#include "text/utf8.h"

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

// Takes from `rest` what is written at once, and cuts no character in two.
std::string_view take_piece(std::string_view& rest) {
  size_t size = std::min(rest.size(), kLongValue);
  for (int i = 0; i < 3 && size < rest.size() && (rest[size] & 0xC0) == 0x80; ++i) --size;
  const std::string_view piece = rest.substr(0, size);
  rest.remove_prefix(size);
  return piece;
}

template <class Append>
bool append_pieces(std::string& out, std::string_view bytes, const GoesOn& goes_on,
                   const Append& append) {
  while (!bytes.empty()) {
    append(take_piece(bytes));
    if (!goes_on(out)) return false;
  }
  return true;
}

bool append_base64(std::string& out, std::string_view bytes, const GoesOn& goes_on) {
  for (size_t at = 0; at < bytes.size(); at += kLongValue) {
    out += base64(bytes.substr(at, kLongValue));
    if (!goes_on(out)) return false;
  }
  return true;
}

bool is_boolean(const Cell& cell, ValueKind kind) {
  return kind == ValueKind::kBoolean && (cell.integer == 0 || cell.integer == 1);
}

}  // namespace

Cell Cell::of(const db::RowStatement& row, int column) {
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
    case StorageClass::kText: {
      std::string room;
      return text::append_csv_field(out, text::well_formed(cell.bytes, room));
    }
    case StorageClass::kBlob:
      return text::append_csv_field(out, base64(cell.bytes));
  }
}

bool append_long_json(std::string& out, const Cell& cell, ValueKind kind, bool always_json,
                      const GoesOn& goes_on) {
  const bool is_text = cell.type == StorageClass::kText;
  if (is_text && kind == ValueKind::kJson && (always_json || text::is_json(cell.bytes)))
    return append_pieces(out, cell.bytes, goes_on, [&](std::string_view piece) { out += piece; });
  out.push_back('"');
  const bool whole =
      is_text
          ? append_pieces(out, cell.bytes, goes_on,
                          [&](std::string_view piece) { text::append_json_characters(out, piece); })
          : append_base64(out, cell.bytes, goes_on);
  if (whole) out.push_back('"');
  return whole;
}

bool append_long_csv(std::string& out, const Cell& cell, const GoesOn& goes_on) {
  if (cell.type == StorageClass::kBlob) return append_base64(out, cell.bytes, goes_on);
  std::string room;
  if (!text::needs_csv_quotes(cell.bytes)) {
    return append_pieces(out, cell.bytes, goes_on,
                         [&](std::string_view piece) { out += text::well_formed(piece, room); });
  }
  out.push_back('"');
  const bool whole = append_pieces(out, cell.bytes, goes_on, [&](std::string_view piece) {
    text::append_csv_quoted(out, text::well_formed(piece, room));
  });
  if (whole) out.push_back('"');
  return whole;
}

}  // namespace prodev::query
