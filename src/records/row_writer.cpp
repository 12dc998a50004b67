#include "records/row_writer.h"

#include <sodium.h>

#include <charconv>
#include <cmath>

#include "text/csv.h"
#include "text/json_reader.h"
#include "text/json_string.h"
#include "text/json_strip.h"

namespace prodev::records {

namespace {

using catalog::ValueKind;
using db::StorageClass;

void append_integer(std::string& out, int64_t number) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, static_cast<size_t>(end - digits));
}

// JSON has no infinities: as PostgreSQL does, they become strings.
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

void append_json_value(std::string& out, const db::Statement& row, int i, ValueKind kind,
                       bool always_json) {
  switch (row.column_class(i)) {
    case StorageClass::kNull:
      out += "null";
      return;
    case StorageClass::kInteger: {
      const int64_t number = row.column_int(i);
      if (kind == ValueKind::kBoolean && (number == 0 || number == 1)) {
        out += number == 1 ? "true" : "false";
      } else {
        append_integer(out, number);
      }
      return;
    }
    case StorageClass::kReal:
      append_real(out, row.column_real(i), true);
      return;
    case StorageClass::kText: {
      const std::string_view text = row.column_text(i);
      if (kind == ValueKind::kJson && (always_json || text::is_json(text))) {
        out += text;
      } else {
        text::append_json_string(out, text);
      }
      return;
    }
    case StorageClass::kBlob:
      text::append_json_string(out, base64(row.column_blob(i)));
      return;
  }
}

void append_csv_value(std::string& out, const db::Statement& row, int i, ValueKind kind) {
  switch (row.column_class(i)) {
    case StorageClass::kNull:
      return;
    case StorageClass::kInteger: {
      const int64_t number = row.column_int(i);
      if (kind == ValueKind::kBoolean && (number == 0 || number == 1)) {
        out.push_back(number == 1 ? 't' : 'f');
      } else {
        append_integer(out, number);
      }
      return;
    }
    case StorageClass::kReal:
      return append_real(out, row.column_real(i), false);
    case StorageClass::kText:
      return text::append_csv_field(out, row.column_text(i));
    case StorageClass::kBlob:
      return text::append_csv_field(out, base64(row.column_blob(i)));
  }
}

}  // namespace

RowWriter::RowWriter(RowFormat format, const std::vector<query::OutputColumn>& columns,
                     int lead_columns, bool strips_nulls)
    : format_(format), strips_nulls_(strips_nulls), lead_columns_(lead_columns) {
  columns_.reserve(columns.size());
  for (const query::OutputColumn& column : columns) {
    if (format == RowFormat::kCsv) {
      if (!columns_.empty()) csv_names_.push_back(',');
      text::append_csv_field(csv_names_, column.name);
      columns_.push_back({{}, column.kind, column.always_json});
      continue;
    }
    std::string prefix(1, columns_.empty() ? '{' : ',');
    text::append_json_string(prefix, column.name);
    prefix.push_back(':');
    columns_.push_back({std::move(prefix), column.kind, column.always_json});
  }
}

void RowWriter::begin(std::string& out) const {
  if (format_ == RowFormat::kJsonArray) out.push_back('[');
  if (format_ == RowFormat::kCsv) out += csv_names_;
}

void RowWriter::add(std::string& out, const db::Statement& row) {
  if (format_ == RowFormat::kCsv) {
    add_csv(out, row);
  } else {
    if (rows_ > 0 && format_ == RowFormat::kJsonArray) out += ",\n";
    if (strips_nulls_) {
      add_stripped(out, row);
    } else {
      add_json(out, row);
    }
    if (format_ == RowFormat::kJsonLines) out.push_back('\n');
  }
  ++rows_;
}

void RowWriter::end(std::string& out) const {
  if (format_ == RowFormat::kJsonArray) out.push_back(']');
}

void RowWriter::add_json(std::string& out, const db::Statement& row) const {
  int i = lead_columns_;
  for (const Column& column : columns_) {
    out += column.prefix;
    append_json_value(out, row, i++, column.kind, column.always_json);
  }
  out.push_back('}');
}

void RowWriter::add_stripped(std::string& out, const db::Statement& row) const {
  out.push_back('{');
  const size_t start = out.size();
  for (size_t k = 0; k < columns_.size(); ++k) {
    const Column& column = columns_[k];
    const int i = lead_columns_ + static_cast<int>(k);
    const StorageClass stored = row.column_class(i);
    if (stored == StorageClass::kNull) continue;
    const bool may_be_json = column.kind == ValueKind::kJson && stored == StorageClass::kText;
    const std::string_view text = may_be_json ? row.column_text(i) : std::string_view();
    if (text == "null") continue;
    if (out.size() > start) out.push_back(',');
    out.append(column.prefix, 1);
    if (!text.empty() && (column.always_json || text::is_json(text))) {
      text::append_without_nulls(out, text);
    } else {
      append_json_value(out, row, i, column.kind, false);
    }
  }
  out.push_back('}');
}

void RowWriter::add_csv(std::string& out, const db::Statement& row) const {
  char glue = '\n';
  int i = lead_columns_;
  for (const Column& column : columns_) {
    out.push_back(glue);
    glue = ',';
    append_csv_value(out, row, i++, column.kind);
  }
}

std::string value_text(const db::Statement& row, int column, ValueKind kind) {
  std::string text;
  switch (row.column_class(column)) {
    case StorageClass::kNull:
      return "null";
    case StorageClass::kText:
      return std::string(row.column_text(column));
    case StorageClass::kBlob:
      return base64(row.column_blob(column));
    default:
      append_json_value(text, row, column, kind, false);
  }
  return text;
}

}  // namespace prodev::records
