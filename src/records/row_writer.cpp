#include "records/row_writer.h"

#include "query/json_value.h"
#include "text/csv.h"
#include "text/json_string.h"

namespace prodev::records {

RowWriter::RowWriter(RowFormat format, const std::vector<query::OutputColumn>& columns,
                     int lead_columns)
    : format_(format), lead_columns_(lead_columns) {
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
    add_json(out, row);
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
    query::append_json(out, query::Cell::of(row, i++), column.kind, column.always_json);
  }
  out.push_back('}');
}

void RowWriter::add_csv(std::string& out, const db::Statement& row) const {
  char glue = '\n';
  int i = lead_columns_;
  for (const Column& column : columns_) {
    out.push_back(glue);
    glue = ',';
    query::append_csv(out, query::Cell::of(row, i++), column.kind);
  }
}

}  // namespace prodev::records
