// Reading rows: authorize, lower, run.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "db/reader.h"
#include "query/ast.h"
#include "records/authorize.h"
#include "records/row_writer.h"
#include "records/slow_queries.h"

namespace prodev::records {

enum class Count : uint8_t {
  kNone,
  kExact,
  kEstimated,  // exact while there are few
  kPlanned,    // from statistics
};

struct ReadOptions {
  RowFormat format = RowFormat::kJsonArray;
  bool strips_nulls = false;
  bool bare = false;  // the value of the one column in place of an object of it; not in CSV
  Count count = Count::kNone;    // of the rows without limit and offset
  uint64_t exact_below = 1'000;  // the most rows that Count::kEstimated counts
  bool want_rows = true;         // false: HEAD; only the figures
  int64_t budget_ns = 0;         // for the whole; 0: no limit
  // Rows go to the body until it has this many bytes; then `overflow` is called after each row. It
  // may empty the body; false ends the read, which then is over its budget.
  size_t body_bytes = 0;
  std::function<bool(std::string& body)> overflow;
};

struct ReadResult {
  uint64_t rows = 0;
  std::optional<uint64_t> total;  // as ReadOptions::count asks
  bool over_budget = false;       // of time or bytes: what is in the body is to be thrown away
};

// What one loop, or one job of the pool, reads with. Belongs to its thread.
struct ReadSession {
  db::Reader& reader;
  SlowQueries* slow = nullptr;  // queries known to be slow are not begun; null: all are
};

// Appends the rows to `body`. Rows and total are of one snapshot of the database.
query::Outcome<ReadResult> read_rows(const Schema& schema, const auth::Identity& identity,
                                     std::string_view table, const query::Read& read,
                                     const ReadOptions& options, ReadSession session,
                                     std::string& body);

}  // namespace prodev::records
