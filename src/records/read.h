// Reading rows: authorize, lower, run.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "db/reader.h"
#include "query/ast.h"
#include "query/lower.h"
#include "records/authorize.h"
#include "records/explain.h"
#include "records/quick_queries.h"
#include "records/row_writer.h"

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
  uint64_t embedded_rows = 0;    // the most rows of each embedded array; 0: no limit
  uint64_t rows_before = 0;      // of a page that begins at a cursor: Read::after leaves them out
  bool want_rows = true;         // false: HEAD; only the figures
  int64_t budget_ns = 0;         // for the whole; 0: no limit
  // Rows go to the body until it has this many bytes; then `overflow` is called after each value.
  // It may empty the body; false ends the read, which then is over its budget. 0: no limit.
  size_t body_bytes = 0;
  std::function<bool(std::string& body)> overflow;
};

struct ReadResult {
  uint64_t rows = 0;
  std::optional<uint64_t> total;  // as ReadOptions::count asks
  // With Read::with_keys and a filled window: the values of the last row's order columns, each a
  // query::stored_operand(); NULL is nullopt.
  std::vector<std::optional<std::string>> last_key;
  int64_t lowered_ns = 0;    // monotonic: when the statement was made and was about to run
  bool over_budget = false;  // of time or bytes: what is in the body is to be thrown away
};

// What one loop, or one job of the pool, reads with. Belongs to its thread.
struct ReadSession {
  db::Reader& reader;
  QuickQueries& quick;   // what runs in less than kQuick_ns is noted there
  bool on_loop = false;  // begins only what is noted, and gives up over its budget
};

// Of a read that loops may run.
constexpr int64_t kQuick_ns = 1'000'000;
// What takes longer there runs elsewhere the next time.
constexpr int64_t kOnLoop_ns = 4'000'000;

// Whether a loop's reader takes `value`: what is over its limit it would leave NULL.
inline bool loop_binds(const query::Value& value) {
  return value.bytes.size() <= static_cast<size_t>(db::kLoopLimits.value_bytes);
}

// What is read, as it was found and lowered. Refers to the schema and to the read.
struct LoweredRead {
  const catalog::Table& table;
  const query::Read& read;
  query::Guard guard;
  query::LoweredQuery rows;
  query::LoweredQuery count;  // no SQL: nothing is counted
  int64_t schema_number = 0;  // of the schema that it was lowered by
};

// `read` of a table as who has `role` may read it. Depends on nothing else of the caller: policies
// ask for the subject and the claims when they run.
query::Outcome<LoweredRead> lower_rows(const Schema& schema, std::string_view role,
                                       const catalog::Table& table, const query::Read& read,
                                       const ReadOptions& options);
// Appends the rows to `body`, for `identity`, whose role it was lowered for and with the options
// that it was lowered with. Rows and total are of one snapshot of the database. outdated() where
// that is of another schema: what is in `body` is to be thrown away.
query::Outcome<ReadResult> run_read(const LoweredRead& lowered, const auth::Identity& identity,
                                    const ReadOptions& options, ReadSession session,
                                    std::string& body);

// How a read would run.
struct ReadPlan {
  std::string sql;
  std::vector<PlanStep> steps;
  // With `run`: what it took.
  std::optional<uint64_t> rows;
  int64_t run_ns = 0;
};

// The plan of a read; with `run` it is run, too, and its rows are thrown away.
query::Outcome<ReadPlan> explain_read(const Schema& schema, const auth::Identity& identity,
                                      const catalog::Table& table, const query::Read& read,
                                      bool run, const ReadOptions& options, db::Reader& reader);

// Lowers and runs.
query::Outcome<ReadResult> read_rows(const Schema& schema, const auth::Identity& identity,
                                     const catalog::Table& table, const query::Read& read,
                                     const ReadOptions& options, ReadSession session,
                                     std::string& body);

}  // namespace prodev::records
