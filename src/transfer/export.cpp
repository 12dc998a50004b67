#include "transfer/export.h"

#include "query/lower.h"
#include "records/row_writer.h"

namespace prodev::transfer {

namespace {

constexpr size_t kPiece = 262'144;

records::RowFormat row_format(Format format) {
  switch (format) {
    case Format::kJsonArray:
      return records::RowFormat::kJsonArray;
    case Format::kJsonLines:
      return records::RowFormat::kJsonLines;
    case Format::kCsv:
    case Format::kTsv:
      break;
  }
  return records::RowFormat::kCsv;
}

std::vector<catalog::Column> columns_of(const catalog::Table& table,
                                        const std::vector<query::OutputColumn>& written) {
  std::vector<catalog::Column> columns;
  for (const query::OutputColumn& one : written) {
    const catalog::Column* known = table.find_column(one.name);
    columns.push_back(known != nullptr ? *known : catalog::Column());
  }
  return columns;
}

}  // namespace

base::Result<uint64_t> export_rows(
    db::Connection& connection, const catalog::Table& table, const ExportOptions& options,
    const std::function<base::Result<void>(std::string_view)>& write) {
  query::Read read;
  for (const std::string& column : options.columns) {
    read.select.emplace_back().field.column = column;
  }
  for (const size_t i : table.primary_key) {
    read.order.emplace_back().field.column = table.columns[i].name;
  }
  const query::Outcome<query::LoweredQuery> query =
      query::lower_read(query::no_context(), table, read, {});
  if (!query) return base::fail(base::Code::kUsage, query.error().message);
  TRY_ASSIGN(db::RowStatement statement, connection.prepare_rows(query->sql));
  records::RowWriter writer(row_format(options.format), query->columns, query->lead_columns);
  writer.spell_exactly(columns_of(table, query->columns));
  std::string piece;
  writer.begin(piece);
  for (;;) {
    TRY_ASSIGN(const bool row, statement.step());
    if (!row) break;
    writer.add(piece, statement);
    if (piece.size() < kPiece) continue;
    TRY(write(piece));
    piece.clear();
  }
  writer.end(piece);
  if (options.format != Format::kJsonLines) piece.push_back('\n');
  TRY(write(piece));
  return writer.rows();
}

}  // namespace prodev::transfer
