// RowWriter: rows of a statement as the bytes of a response, straight from SQLite's columns.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "db/row_statement.h"
#include "query/cell.h"
#include "query/lower.h"

namespace prodev::records {

enum class RowFormat : uint8_t {
  kJsonArray,   // [{...},{...}]
  kJsonObject,  // {...}: one row
  kJsonLines,   // {...}\n{...}\n: NDJSON
  kCsv,         // RFC 4180 with a line of names first; NULL is nothing, "" an empty text
};

class RowWriter {
 public:
  // `lead_columns`: columns of the statement in front of those that are written. `strips_nulls`:
  // members that are NULL, or null within JSON, are left out. `bare`: a row is the value of its
  // first column, without a name; not in CSV.
  RowWriter(RowFormat format, const std::vector<query::OutputColumn>& columns, int lead_columns,
            bool strips_nulls = false, bool bare = false);

  // From `bytes` bytes of output on, `drain` is called after each value, and within a long one: a
  // row may be much longer than what is to be in memory. It may empty the output; false ends the
  // writing. `drain` outlives this. 0 bytes: never.
  void drain_at(size_t bytes, const std::function<bool(std::string&)>& drain) {
    drain_bytes_ = bytes == 0 ? SIZE_MAX : bytes;
    drain_ = &drain;
  }

  // From now on values are written so that reading them gives the same value (query/exact_value.h),
  // for a file that is to be read again. The columns are those of the constructor, in their order.
  void spell_exactly(std::vector<catalog::Column> columns) { exact_ = std::move(columns); }

  void begin(std::string& out) const;
  // False: the drain ended it, within the row.
  bool add(std::string& out, const db::RowStatement& row);
  void end(std::string& out) const;

  uint64_t rows() const { return rows_; }

 private:
  struct Column {
    std::string prefix;  // {"id": or ,"name":
    catalog::ValueKind kind;
    bool always_json;
  };

  bool drained(std::string& out) const { return out.size() < drain_bytes_ || (*drain_)(out); }
  bool append(std::string& out, const query::Cell& cell, const Column& column) const;
  bool append_otherwise(std::string& out, const query::Cell& cell, const Column& column) const;
  bool add_json(std::string& out, const db::RowStatement& row) const;
  bool add_stripped(std::string& out, const db::RowStatement& row) const;
  bool add_csv(std::string& out, const db::RowStatement& row) const;

  RowFormat format_;
  bool strips_nulls_;
  bool bare_;
  std::vector<catalog::Column> exact_;  // empty: values are written as REST has them
  std::vector<Column> columns_;
  std::string csv_names_;
  int lead_columns_;
  uint64_t rows_ = 0;
  size_t drain_bytes_ = SIZE_MAX;
  const std::function<bool(std::string&)>* drain_ = nullptr;
};

// A value of a row as text: as a filter of the query string takes it. NULL is "null".
std::string value_text(const db::RowStatement& row, int column, catalog::ValueKind kind);

}  // namespace prodev::records
