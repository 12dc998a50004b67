#include "cli/sql_result.h"

#include <ostream>

#include "cli/text_table.h"
#include "records/row_writer.h"
#include "transfer/format.h"

namespace prodev::cli {
namespace {

using query::Cell;

constexpr size_t kPiece = 65'536;

// Numbers and texts as they are, a blob by its bytes in hex.
TextTable::Cell shown(const Cell& cell) {
  constexpr size_t kShownBytes = 32;
  switch (cell.type) {
    case db::StorageClass::kNull:
      return {"NULL", false};
    case db::StorageClass::kText:
      return {printable(cell.bytes), false};
    case db::StorageClass::kBlob: {
      constexpr std::string_view kDigits = "0123456789abcdef";
      std::string text = "x'";
      for (const char c : cell.bytes.substr(0, kShownBytes)) {
        const auto byte = static_cast<unsigned char>(c);
        text += kDigits[byte >> 4];
        text += kDigits[byte & 15];
      }
      const bool whole = cell.bytes.size() <= kShownBytes;
      return {text + (whole ? "'" : "... (" + std::to_string(cell.bytes.size()) + " bytes)"),
              false};
    }
    case db::StorageClass::kInteger:
    case db::StorageClass::kReal:
      break;
  }
  std::string text;
  query::append_json(text, cell, catalog::ValueKind::kAny, false);
  return {text, true};
}

class TableWriter : public ResultWriter {
 public:
  TableWriter(const std::vector<std::string>& names, std::ostream& out)
      : columns_(names.size()), out_(out), table_(names, out) {}

  void add(const db::RowStatement& row) override {
    std::vector<TextTable::Cell> cells;
    for (size_t i = 0; i < columns_; ++i)
      cells.push_back(shown(Cell::of(row, static_cast<int>(i))));
    table_.add(std::move(cells));
    ++rows_;
  }

  void finish() override {
    table_.finish();
    out_ << '(' << rows_ << (rows_ == 1 ? " row" : " rows")
         << (table_.has_cut() ? "; ... marks a cut value: --format json has all of it)\n" : ")\n");
  }

 private:
  const size_t columns_;
  std::ostream& out_;
  TextTable table_;
  uint64_t rows_ = 0;
};

// What files and responses hold.
class FileWriter : public ResultWriter {
 public:
  FileWriter(records::RowFormat format, const std::vector<query::OutputColumn>& columns,
             std::ostream& out)
      : out_(out), is_lines_(format == records::RowFormat::kJsonLines), rows_(format, columns, 0) {
    rows_.begin(piece_);
  }

  void add(const db::RowStatement& row) override {
    rows_.add(piece_, row);
    if (piece_.size() >= kPiece) write();
  }

  void finish() override {
    rows_.end(piece_);
    if (!is_lines_) piece_ += '\n';
    write();
  }

 private:
  void write() {
    out_ << piece_;
    piece_.clear();
  }

  std::ostream& out_;
  const bool is_lines_;
  records::RowWriter rows_;
  std::string piece_;
};

records::RowFormat row_format(ResultFormat format) {
  if (format == ResultFormat::kJsonArray) return records::RowFormat::kJsonArray;
  if (format == ResultFormat::kJsonLines) return records::RowFormat::kJsonLines;
  return records::RowFormat::kCsv;
}

}  // namespace

std::optional<ResultFormat> result_format_called(std::string_view name) {
  if (name == "table") return ResultFormat::kTable;
  const auto format = transfer::format_called(name);
  if (!format) return std::nullopt;
  switch (*format) {
    case transfer::Format::kCsv:
      return ResultFormat::kCsv;
    case transfer::Format::kJsonArray:
      return ResultFormat::kJsonArray;
    case transfer::Format::kJsonLines:
      return ResultFormat::kJsonLines;
    case transfer::Format::kTsv:
      break;
  }
  return std::nullopt;
}

std::unique_ptr<ResultWriter> make_result_writer(ResultFormat format,
                                                 const std::vector<std::string>& names,
                                                 std::ostream& out) {
  if (format == ResultFormat::kTable) return std::make_unique<TableWriter>(names, out);
  std::vector<query::OutputColumn> columns;
  for (const std::string& name : names) columns.push_back({name});
  return std::make_unique<FileWriter>(row_format(format), columns, out);
}

}  // namespace prodev::cli
