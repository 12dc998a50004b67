// Import: rows of a file become rows of a table, with the types checked as REST checks them.
//
// Streams: memory does not grow with the file. Runs with the owner's rights: no policies apply.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "db/connection.h"
#include "query/lower.h"
#include "text/byte_source.h"
#include "transfer/format.h"

namespace prodev::transfer {

constexpr size_t kMaxRowBytes = 64 * 1024 * 1024;
constexpr size_t kMaxFields = 32'766;  // of a row: as many as SQLite has parameters

// A row that was not taken.
struct Rejected {
  uint64_t line = 0;  // of the file, from 1
  std::string reason;
  std::string text;                                 // as the file has it: CSV fields, or JSON
  const std::vector<std::string>* names = nullptr;  // of a CSV file
};

struct ImportOptions {
  Format format = Format::kCsv;
  std::optional<char> separator;  // of fields of CSV; none: as the first line tells
  std::map<std::string, std::string> column_names;  // name in the file -> column
  bool ignore_unknown = false;                      // pass over names that are no columns
  query::OnConflict::Action on_conflict = query::OnConflict::Action::kFail;
  bool skip_rejected = false;  // go on after a row that is rejected
  uint64_t batch_rows = 0;     // commit after so many; 0: all in one transaction
  bool dry_run = false;        // undo everything at the end
  // For each rejected row; an error ends the import.
  std::function<base::Result<void>(const Rejected&)> on_rejected;
  std::function<void(uint64_t rows)> on_progress;  // now and then, with the rows read
};

struct ImportResult {
  uint64_t rows = 0;  // taken
  uint64_t rejected = 0;
  uint64_t unchanged = 0;  // of `rows`: those whose key was taken, with kIgnore
  uint64_t kept = 0;       // of `rows`: those that have been committed
  char separator = ',';    // that was taken to stand between fields of CSV
  bool utf16 = false;      // the file was
};

// Reads `source` to its end. An error: nothing of the transaction that was open stays, which
// without batches is everything; `result` tells what was kept. A row that does not fit is rejected,
// which ends the import unless skip_rejected is set; a disk that is full, a trigger that rolls back
// or a file whose rows cannot be told apart always end it. Rows may refer to rows of the same table
// that come later, unless skip_rejected is set. Values of generated columns are passed over.
base::Result<void> import_rows(db::Connection& connection, const catalog::Table& table,
                               text::Refill source, const ImportOptions& options,
                               ImportResult& result);

}  // namespace prodev::transfer
