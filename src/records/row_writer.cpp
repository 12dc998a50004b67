#include "records/row_writer.h"

#include <utility>

#include "query/exact_value.h"
#include "text/csv.h"
#include "text/json_reader.h"
#include "text/json_string.h"
#include "text/json_strip.h"

namespace prodev::records {

RowWriter::RowWriter(RowFormat format, const std::vector<query::OutputColumn>& columns,
                     int lead_columns, bool strips_nulls, bool bare)
    : format_(format), strips_nulls_(strips_nulls), bare_(bare), lead_columns_(lead_columns) {
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

// Called for every value: it is to be inlined.
inline bool RowWriter::append(std::string& out, const query::Cell& cell,
                              const Column& column) const {
  if (cell.bytes.size() > query::kLongValue || !exact_.empty())
    return append_otherwise(out, cell, column);
  if (format_ == RowFormat::kCsv) {
    query::append_csv(out, cell, column.kind);
  } else {
    query::append_json(out, cell, column.kind, column.always_json);
  }
  return drained(out);
}

bool RowWriter::append_otherwise(std::string& out, const query::Cell& cell,
                                 const Column& column) const {
  const bool csv = format_ == RowFormat::kCsv;
  if (!exact_.empty()) {
    const catalog::Column& known = exact_[static_cast<size_t>(&column - columns_.data())];
    csv ? query::append_exact_csv(out, cell, known) : query::append_exact_json(out, cell, known);
    return drained(out);
  }
  const auto goes_on = [this](std::string& text) { return drained(text); };
  return csv ? query::append_long_csv(out, cell, goes_on)
             : query::append_long_json(out, cell, column.kind, column.always_json, goes_on);
}

bool RowWriter::add(std::string& out, const db::RowStatement& row) {
  const bool first = rows_++ == 0;
  if (format_ == RowFormat::kCsv) return add_csv(out, row);
  if (!first && format_ == RowFormat::kJsonArray) out += ",\n";
  bool goes_on = true;
  if (bare_ && !columns_.empty()) {
    goes_on = append(out, query::Cell::of(row, lead_columns_), columns_.front());
  } else {
    goes_on = strips_nulls_ ? add_stripped(out, row) : add_json(out, row);
  }
  if (format_ == RowFormat::kJsonLines) out.push_back('\n');
  return goes_on && drained(out);
}

void RowWriter::end(std::string& out) const {
  if (format_ == RowFormat::kJsonArray) out.push_back(']');
}

bool RowWriter::add_json(std::string& out, const db::RowStatement& row) const {
  if (columns_.empty()) out.push_back('{');
  int i = lead_columns_;
  for (const Column& column : columns_) {
    out += column.prefix;
    if (!append(out, query::Cell::of(row, i++), column)) return false;
  }
  out.push_back('}');
  return true;
}

bool RowWriter::add_stripped(std::string& out, const db::RowStatement& row) const {
  out.push_back('{');
  bool has_member = false;
  int i = lead_columns_;
  for (const Column& column : columns_) {
    const query::Cell cell = query::Cell::of(row, i++);
    if (cell.type == db::StorageClass::kNull) continue;
    const bool may_be_json =
        column.kind == catalog::ValueKind::kJson && cell.type == db::StorageClass::kText;
    if (may_be_json && cell.bytes == "null") continue;
    if (std::exchange(has_member, true)) out.push_back(',');
    out.append(column.prefix, 1);
    if (may_be_json && (column.always_json || text::is_json(cell.bytes))) {
      text::append_without_nulls(out, cell.bytes);
      if (!drained(out)) return false;
    } else if (!append(out, cell, column)) {
      return false;
    }
  }
  out.push_back('}');
  return true;
}

bool RowWriter::add_csv(std::string& out, const db::RowStatement& row) const {
  char glue = '\n';
  int i = lead_columns_;
  for (const Column& column : columns_) {
    out.push_back(glue);
    glue = ',';
    if (!append(out, query::Cell::of(row, i++), column)) return false;
  }
  return true;
}

std::string value_text(const db::RowStatement& row, int column, catalog::ValueKind kind) {
  const query::Cell cell = query::Cell::of(row, column);
  if (cell.type == db::StorageClass::kText) return std::string(cell.bytes);
  std::string text;
  query::append_json(text, cell, kind, false);
  // A blob is in quotes.
  if (cell.type == db::StorageClass::kBlob) return text.substr(1, text.size() - 2);
  return text;
}

}  // namespace prodev::records
