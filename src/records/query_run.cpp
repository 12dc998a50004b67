#include "records/query_run.h"

#include <algorithm>

#include "base/clock.h"
#include "db/memory.h"
#include "query/stored_operand.h"
#include "records/estimate.h"
#include "records/outdated.h"
#include "records/stored_value.h"

namespace prodev::records {

namespace {

using query::LoweredQuery;
using query::Outcome;

// One snapshot for several statements. Ends with the scope.
class Snapshot {
 public:
  static Outcome<void> begin(db::StatementCache& statements) { return run(statements, "BEGIN"); }
  explicit Snapshot(db::StatementCache& statements) : statements_(statements) {}
  ~Snapshot() { (void)run(statements_, "COMMIT"); }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

 private:
  static Outcome<void> run(db::StatementCache& statements, std::string_view sql) {
    TRY_ASSIGN(db::RowStatement * statement, statements.get(sql));
    const db::StatementUse use(*statement);
    TRY(statement->step());
    return {};
  }
  db::StatementCache& statements_;
};

// How many of `total` rows limit and offset leave.
uint64_t rows_in_window(const query::Read& read, uint64_t total) {
  const uint64_t after_offset = total - std::min(total, read.offset);
  return std::min(after_offset, read.limit.value_or(after_offset));
}

QuickQueries::Known find_known(const QuickQueries& quick, const LoweredRead& lowered) {
  const std::string& count = lowered.count.sql;
  if (!count.empty() && !quick.contains(count)) return QuickQueries::Known::kNot;
  return quick.find(lowered.rows.sql);
}

void note(QuickQueries& quick, const LoweredRead& lowered, bool is_quick_now) {
  for (const query::LoweredQuery* one : {&lowered.rows, &lowered.count}) {
    if (one->sql.empty()) continue;
    // A full-text index answers in steps of its own, however long they take.
    is_quick_now && !one->searches ? quick.add(one->sql) : quick.remove(one->sql);
  }
}

}  // namespace

bool ran_out(const query::ApiError& error) {
  constexpr std::string_view kTimedOut = "57014";  // query_canceled
  constexpr std::string_view kTooLarge = "54000";  // program_limit_exceeded
  return error.code == kTimedOut || error.code == kTooLarge ||
         db::memory_refusal() != base::Budget::Grant::kGranted;
}

Outcome<ReadResult> checked_read(Outcome<ReadResult> result, const ReadSession& session,
                                 int64_t schema) {
  if (result && result->over_budget) return result;
  result = checked(std::move(result), session.reader, schema);
  if (result || !session.on_loop || !ran_out(result.error())) return result;
  ReadResult slow;
  slow.over_budget = true;
  return slow;
}

Outcome<ReadResult> QueryRun::run(const LoweredRead& lowered) {
  result_.lowered_ns = base::monotonic_ns();
  const std::vector<query::Value>& values = lowered.rows.values;
  using Known = QuickQueries::Known;
  const Known known = target_.on_loop ? find_known(*target_.quick, lowered) : Known::kNot;
  result_.over_budget = target_.on_loop && (known == Known::kNot ||
                                            !std::all_of(values.begin(), values.end(), loop_binds));
  if (result_.over_budget) return result_;
  const bool measures =
      target_.quick != nullptr && (!target_.on_loop || known == Known::kSuspected);
  std::optional<base::ThreadWork> before;
  if (measures) before = base::thread_work();
  const Outcome<void> done = read(lowered);
  result_.over_budget = result_.over_budget || (!done && target_.on_loop && ran_out(done.error()));
  if (!result_.over_budget) TRY(done);
  if (target_.quick != nullptr) note_speed(lowered, before);
  return result_;
}

// On a loop what was quick may be so no more: it was ended, or one instruction of SQLite's
// (count(*) is one) took longer than a loop waits. Else it is the work that counts: what waited for
// a core is not slow for that, unless it waited for the disk.
void QueryRun::note_speed(const LoweredRead& lowered,
                          const std::optional<base::ThreadWork>& before) const {
  const int64_t took_ns = base::monotonic_ns() - result_.lowered_ns;
  base::ThreadWork did{took_ns, 0};
  if (before) {
    const base::ThreadWork now = base::thread_work();
    did = {now.cpu_ns - before->cpu_ns, now.blocks_read - before->blocks_read};
  }
  const bool waited_for_disk = did.blocks_read > 0 && took_ns >= kQuick_ns;
  if (!target_.on_loop) {
    const bool little =
        db::steps_taken(target_.connection.handle()) < db::kLoopLimits.steps && !waited_for_disk;
    if (did.cpu_ns < kQuick_ns && little) note(*target_.quick, lowered, true);
  } else if (result_.over_budget || (before && (did.cpu_ns > kOnLoop_ns || waited_for_disk))) {
    note(*target_.quick, lowered, false);
  } else if (before) {
    note(*target_.quick, lowered, true);
  } else if (took_ns > kOnLoop_ns) {
    target_.quick->suspect(lowered.rows.sql);
  }
}

Outcome<void> QueryRun::read(const LoweredRead& lowered) {
  // Two statements may be needed, and must see the same rows.
  std::optional<Snapshot> snapshot;
  if (may_count(lowered) && !target_.in_transaction) {
    TRY(Snapshot::begin(target_.statements));
    snapshot.emplace(target_.statements);
  }
  // One row must be seen to be one.
  const bool figures_only = !options_.want_rows && options_.count != Count::kNone &&
                            options_.format != RowFormat::kJsonObject;
  if (figures_only) return figures(lowered);
  TRY(write_rows(lowered));
  if (options_.count == Count::kNone || result_.over_budget) return {};
  if (!tell_from_window(lowered.read)) TRY(find_total(lowered));
  return {};
}

// Without reading a row.
Outcome<void> QueryRun::figures(const LoweredRead& lowered) {
  TRY(find_total(lowered));
  const uint64_t total = result_.total.value_or(0);
  result_.rows = rows_in_window(lowered.read, total - std::min(total, options_.rows_before));
  return {};
}

Outcome<db::RowStatement*> QueryRun::prepare(const catalog::Table& table,
                                             const LoweredQuery& query) {
  const base::Result<db::RowStatement*> statement = target_.statements.get(query.sql);
  if (!statement)
    return query::refuse(query::sqlite_error(target_.connection.handle(), table.name));
  caller_.bind(**statement);
  query.bind(**statement);
  return *statement;
}

// False: the statement is done.
Outcome<bool> QueryRun::step(const catalog::Table& table, db::RowStatement& statement) {
  const base::Result<bool> row = statement.step();
  if (row) return *row;
  return query::refuse(query::sqlite_error(target_.connection.handle(), table.name));
}

bool QueryRun::may_count(const LoweredRead& lowered) const {
  if (options_.count == Count::kNone) return false;
  return !options_.want_rows || lowered.read.limit || lowered.read.offset > 0 ||
         options_.rows_before > 0;
}

// A window that was not filled ends with the last row there is.
bool QueryRun::tell_from_window(const query::Read& read) {
  const bool filled = read.limit && result_.rows >= *read.limit;
  const uint64_t before = options_.rows_before + read.offset;
  if (filled || (result_.rows == 0 && before > 0)) return false;
  result_.total = before + result_.rows;
  return true;
}

Outcome<void> QueryRun::find_total(const LoweredRead& lowered) {
  if (options_.count == Count::kExact || !may_estimate(lowered.table, lowered.guard))
    return read_count(lowered.table, lowered.count);
  TRY_ASSIGN(const uint64_t rows, table_rows(lowered.table));
  const uint64_t estimate = estimate_rows(lowered.table, lowered.read.where, rows);
  const uint64_t before = options_.rows_before + lowered.read.offset;
  const uint64_t seen = result_.rows == 0 ? 0 : before + result_.rows;
  uint64_t counted = 0;
  if (options_.count == Count::kEstimated) {
    TRY(read_count(lowered.table, lowered.count));
    counted = result_.total.value_or(0);
    if (counted <= options_.exact_below) return {};
  }
  result_.total = std::max({estimate, counted, seen});
  return {};
}

// Rowids mostly count up from 1, so that the largest is the number of rows but for those deleted:
// better than what ANALYZE guesses of long tables, unless they are far apart.
Outcome<uint64_t> QueryRun::table_rows(const catalog::Table& table) {
  constexpr uint64_t kFarApart = 4;
  LoweredQuery largest;
  largest.sql = largest_rowid_sql(table);
  if (largest.sql.empty()) return table.estimated_rows.value_or(0);
  TRY(read_count(table, largest));
  const uint64_t rowid = result_.total.value_or(0);
  if (!table.estimated_rows || rowid / kFarApart <= *table.estimated_rows) return rowid;
  return *table.estimated_rows;
}

Outcome<void> QueryRun::read_count(const catalog::Table& table, const LoweredQuery& query) {
  TRY_ASSIGN(db::RowStatement * statement, prepare(table, query));
  const db::StatementUse use(*statement);
  TRY_ASSIGN(const bool row, step(table, *statement));
  if (row) result_.total = static_cast<uint64_t>(std::max<int64_t>(statement->column_int(0), 0));
  return {};
}

void QueryRun::note_key(const LoweredQuery& query, const db::RowStatement& row) {
  // Results that are nothing have a column all the same.
  const size_t results = std::max<size_t>(query.columns.size(), 1);
  int i = query.lead_columns + static_cast<int>(results);
  for (size_t key = 0; key < query.keys; ++key, ++i) {
    const query::Value value = stored_value(row, i);
    const bool null = value.type == db::StorageClass::kNull;
    result_.last_key.push_back(null ? std::nullopt : std::optional(query::stored_operand(value)));
  }
}

Outcome<void> QueryRun::write_rows(const LoweredRead& lowered) {
  const catalog::Table& table = lowered.table;
  const LoweredQuery& query = lowered.rows;
  TRY_ASSIGN(db::RowStatement * statement, prepare(table, query));
  const db::StatementUse use(*statement);
  const uint64_t page_rows = query.keys == 0 ? 0 : lowered.read.limit.value_or(0);
  RowWriter writer(options_.format, query.columns, query.lead_columns, options_.strips_nulls,
                   options_.bare);
  writer.drain_at(options_.body_bytes, options_.overflow);
  if (options_.want_rows) writer.begin(body_);
  for (;;) {
    TRY_ASSIGN(const bool row, step(table, *statement));
    if (!row) break;
    ++result_.rows;
    if (result_.rows == page_rows) note_key(query, *statement);
    if (!options_.want_rows) continue;
    // A second row of what must be one is not written: there will be an error, with their number.
    if (options_.format == RowFormat::kJsonObject && result_.rows > 1) continue;
    if (!writer.add(body_, *statement)) {
      result_.over_budget = true;
      return {};
    }
  }
  if (options_.want_rows) writer.end(body_);
  return {};
}

}  // namespace prodev::records
