#include "records/read.h"

#include <algorithm>

#include "base/clock.h"
#include "records/estimate.h"

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
    TRY_ASSIGN(db::Statement * statement, statements.get(sql));
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

// What is read, as it was found and lowered.
struct Lowered {
  const catalog::Table& table;
  const query::Read& read;
  query::Guard guard;
  LoweredQuery rows;
  LoweredQuery count;  // no SQL: nothing is counted
};

class Run {
 public:
  Run(const ReadOptions& options, ReadSession session, const Caller& caller, std::string& body)
      : options_(options), session_(session), caller_(caller), body_(body) {}

  Outcome<ReadResult> run(const Lowered& lowered) {
    // Two statements may be needed, and must see the same rows.
    std::optional<Snapshot> snapshot;
    if (may_count(lowered)) {
      TRY(Snapshot::begin(session_.reader.statements()));
      snapshot.emplace(session_.reader.statements());
    }
    // One row must be seen to be one.
    const bool figures_only = !options_.want_rows && options_.count != Count::kNone &&
                              options_.format != RowFormat::kJsonObject;
    if (figures_only) return figures(lowered);
    TRY(write_rows(lowered.table, lowered.read, lowered.rows));
    if (options_.count == Count::kNone || result_.over_budget) return result_;
    if (!tell_from_window(lowered.read)) TRY(find_total(lowered));
    return result_;
  }

 private:
  Outcome<db::Statement*> prepare(const catalog::Table& table, const LoweredQuery& query) {
    const base::Result<db::Statement*> statement = session_.reader.statements().get(query.sql);
    if (!statement)
      return query::refuse(query::sqlite_error(session_.reader.connection().handle(), table.name));
    caller_.bind(**statement);
    query.bind(**statement);
    return *statement;
  }

  // False: the statement is done, or the read is over its budget.
  Outcome<bool> step(const catalog::Table& table, const LoweredQuery& query,
                     db::Statement& statement) {
    const base::Result<bool> row = statement.step();
    if (row) return *row;
    if (row.error().code == base::Code::kTimeout && session_.slow != nullptr) {
      note_slow(query);
      return false;
    }
    return query::refuse(query::sqlite_error(session_.reader.connection().handle(), table.name));
  }

  void note_slow(const LoweredQuery& query) {
    result_.over_budget = true;
    if (session_.slow != nullptr) session_.slow->add(query.sql, base::monotonic_ns());
  }

  bool may_count(const Lowered& lowered) const {
    if (options_.count == Count::kNone) return false;
    return !options_.want_rows || lowered.read.limit || lowered.read.offset > 0 ||
           options_.rows_before > 0;
  }

  // Without reading a row.
  Outcome<ReadResult> figures(const Lowered& lowered) {
    TRY(find_total(lowered));
    const uint64_t total = result_.total.value_or(0);
    result_.rows = rows_in_window(lowered.read, total - std::min(total, options_.rows_before));
    return result_;
  }

  // A window that was not filled ends with the last row there is.
  bool tell_from_window(const query::Read& read) {
    const bool filled = read.limit && result_.rows >= *read.limit;
    const uint64_t before = options_.rows_before + read.offset;
    if (filled || (result_.rows == 0 && before > 0)) return false;
    result_.total = before + result_.rows;
    return true;
  }

  Outcome<void> find_total(const Lowered& lowered) {
    if (options_.count == Count::kExact) return read_count(lowered.table, lowered.count);
    TRY_ASSIGN(const uint64_t rows, table_rows(lowered.table));
    const uint64_t estimate = estimate_rows(lowered.table, lowered.read.where, lowered.guard, rows);
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
  Outcome<uint64_t> table_rows(const catalog::Table& table) {
    constexpr uint64_t kFarApart = 4;
    LoweredQuery largest;
    largest.sql = largest_rowid_sql(table);
    if (largest.sql.empty()) return table.estimated_rows.value_or(0);
    TRY(read_count(table, largest));
    const uint64_t rowid = result_.total.value_or(0);
    if (!table.estimated_rows || rowid / kFarApart <= *table.estimated_rows) return rowid;
    return *table.estimated_rows;
  }

  Outcome<void> read_count(const catalog::Table& table, const LoweredQuery& query) {
    TRY_ASSIGN(db::Statement * statement, prepare(table, query));
    const db::StatementUse use(*statement);
    TRY_ASSIGN(const bool row, step(table, query, *statement));
    if (row) result_.total = static_cast<uint64_t>(std::max<int64_t>(statement->column_int(0), 0));
    return {};
  }

  Outcome<void> write_rows(const catalog::Table& table, const query::Read& read,
                           const LoweredQuery& query) {
    TRY_ASSIGN(db::Statement * statement, prepare(table, query));
    const db::StatementUse use(*statement);
    const uint64_t page_rows = query.keys.empty() ? 0 : read.limit.value_or(0);
    RowWriter writer(options_.format, query.columns, query.lead_columns, options_.strips_nulls);
    if (options_.want_rows) writer.begin(body_);
    for (;;) {
      TRY_ASSIGN(const bool row, step(table, query, *statement));
      if (!row) break;
      ++result_.rows;
      if (result_.rows == page_rows) note_key(query, *statement);
      if (!options_.want_rows) continue;
      // A second row of what must be one is not written: there will be an error, with their number.
      if (options_.format == RowFormat::kJsonObject && result_.rows > 1) continue;
      writer.add(body_, *statement);
      if (body_.size() < options_.body_bytes) continue;
      if (!options_.overflow(body_)) {
        note_slow(query);
        return {};
      }
    }
    if (options_.want_rows) writer.end(body_);
    return {};
  }

  void note_key(const LoweredQuery& query, const db::Statement& row) {
    // Results that are nothing have a column all the same.
    const size_t results = std::max<size_t>(query.columns.size(), 1);
    int i = query.lead_columns + static_cast<int>(results);
    for (const catalog::ValueKind kind : query.keys) {
      const bool null = row.column_is_null(i);
      result_.last_key.push_back(null ? std::nullopt : std::optional(value_text(row, i, kind)));
      ++i;
    }
  }

  const ReadOptions& options_;
  ReadSession session_;
  const Caller& caller_;
  std::string& body_;
  ReadResult result_;
};

Outcome<Lowered> lower(const Schema& schema, const auth::Identity& identity,
                       std::string_view table_name, const query::Read& read,
                       const ReadOptions& options) {
  TRY_ASSIGN(const catalog::Table* table, find_table(schema, table_name));
  TRY_ASSIGN(const access::Rights* rights,
             authorize(schema, identity.role, *table, access::Verb::kSelect));
  const query::Context context = context_of(schema, identity.role);
  Lowered lowered{*table, read, guard_of(*rights), {}, {}};
  TRY_ASSIGN(lowered.rows, query::lower_read(context, *table, read, lowered.guard));
  if (options.count == Count::kExact || options.count == Count::kEstimated) {
    const bool bounded = options.count == Count::kEstimated;
    const std::optional<uint64_t> most =
        bounded ? std::optional(options.exact_below + 1) : std::nullopt;
    TRY_ASSIGN(lowered.count, query::lower_count(context, *table, read, lowered.guard, most));
  }
  return lowered;
}

bool is_slow(const SlowQueries* slow, const Lowered& lowered, int64_t now_ns) {
  return slow != nullptr &&
         (slow->contains(lowered.rows.sql, now_ns) || slow->contains(lowered.count.sql, now_ns));
}

}  // namespace

Outcome<ReadResult> read_rows(const Schema& schema, const auth::Identity& identity,
                              std::string_view table, const query::Read& read,
                              const ReadOptions& options, ReadSession session, std::string& body) {
  TRY_ASSIGN(const Lowered lowered, lower(schema, identity, table, read, options));
  const int64_t now_ns = base::monotonic_ns();
  ReadResult result;
  result.over_budget = is_slow(session.slow, lowered, now_ns);
  if (!result.over_budget) {
    session.reader.set_deadline(options.budget_ns == 0 ? 0 : now_ns + options.budget_ns);
    const Caller caller(identity);
    TRY_ASSIGN(result, Run(options, session, caller, body).run(lowered));
  }
  result.lowered_ns = now_ns;
  return result;
}

Outcome<ReadPlan> explain_read(const Schema& schema, const auth::Identity& identity,
                               std::string_view table, const query::Read& read, bool run,
                               const ReadOptions& options, db::Reader& reader) {
  TRY_ASSIGN(const Lowered lowered, lower(schema, identity, table, read, options));
  const int64_t now_ns = base::monotonic_ns();
  reader.set_deadline(options.budget_ns == 0 ? 0 : now_ns + options.budget_ns);
  ReadPlan plan;
  plan.sql = lowered.rows.sql;
  TRY_ASSIGN(plan.steps, explain(reader.connection(), plan.sql, lowered.table.name));
  if (!run) return plan;
  ReadOptions figures = options;
  figures.want_rows = false;
  figures.count = Count::kNone;
  std::string nothing;
  const Caller caller(identity);
  TRY_ASSIGN(const ReadResult result,
             Run(figures, {reader, nullptr}, caller, nothing).run(lowered));
  plan.rows = result.rows;
  plan.run_ns = base::monotonic_ns() - now_ns;
  return plan;
}

}  // namespace prodev::records
