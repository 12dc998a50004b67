#include "records/read.h"

#include <algorithm>

#include "base/clock.h"

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

class Run {
 public:
  Run(const ReadOptions& options, ReadSession session, const Caller& caller, std::string& body)
      : options_(options), session_(session), caller_(caller), body_(body) {}

  Outcome<ReadResult> run(const catalog::Table& table, const LoweredQuery& rows,
                          const LoweredQuery* count) {
    Outcome<void> outcome;
    if (count != nullptr) {
      TRY(Snapshot::begin(session_.reader.statements()));
      const Snapshot snapshot(session_.reader.statements());
      outcome = read_count(table, *count);
      if (outcome && options_.want_rows && !result_.over_budget) outcome = write_rows(table, rows);
    } else {
      outcome = write_rows(table, rows);
    }
    if (!outcome) return tl::make_unexpected(outcome.error());
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

  Outcome<void> read_count(const catalog::Table& table, const LoweredQuery& query) {
    TRY_ASSIGN(db::Statement * statement, prepare(table, query));
    const db::StatementUse use(*statement);
    TRY_ASSIGN(const bool row, step(table, query, *statement));
    if (row) result_.total = static_cast<uint64_t>(statement->column_int(0));
    return {};
  }

  Outcome<void> write_rows(const catalog::Table& table, const LoweredQuery& query) {
    TRY_ASSIGN(db::Statement * statement, prepare(table, query));
    const db::StatementUse use(*statement);
    RowWriter writer(options_.format, query.columns, query.lead_columns);
    if (options_.want_rows) writer.begin(body_);
    for (;;) {
      TRY_ASSIGN(const bool row, step(table, query, *statement));
      if (!row) break;
      ++result_.rows;
      if (!options_.want_rows) continue;
      // A second row of what must be one is not written: there will be an error.
      if (options_.format == RowFormat::kJsonObject && result_.rows > 1) break;
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

  const ReadOptions& options_;
  ReadSession session_;
  const Caller& caller_;
  std::string& body_;
  ReadResult result_;
};

// How many of `total` rows limit and offset leave.
uint64_t rows_in_window(const query::Read& read, uint64_t total) {
  const uint64_t after_offset = total - std::min(total, read.offset);
  return std::min(after_offset, read.limit.value_or(after_offset));
}

}  // namespace

Outcome<ReadResult> read_rows(const Schema& schema, const auth::Identity& identity,
                              std::string_view table_name, const query::Read& read,
                              const ReadOptions& options, ReadSession session, std::string& body) {
  TRY_ASSIGN(const catalog::Table* table, find_table(schema, table_name));
  TRY_ASSIGN(const access::Rights* rights,
             authorize(schema, identity.role, *table, access::Verb::kSelect));
  const query::Guard guard = guard_of(*rights);
  const query::Context context = context_of(schema, identity.role);
  TRY_ASSIGN(const LoweredQuery rows, query::lower_read(context, *table, read, guard));
  LoweredQuery count;
  if (options.count) {
    TRY_ASSIGN(count, query::lower_count(context, *table, read, guard));
  }
  const int64_t now_ns = base::monotonic_ns();
  if (session.slow != nullptr && (session.slow->contains(rows.sql, now_ns) ||
                                  (options.count && session.slow->contains(count.sql, now_ns)))) {
    ReadResult slow;
    slow.over_budget = true;
    return slow;
  }
  session.reader.set_deadline(options.budget_ns == 0 ? 0 : now_ns + options.budget_ns);
  const Caller caller(identity);
  TRY_ASSIGN(
      ReadResult result,
      Run(options, session, caller, body).run(*table, rows, options.count ? &count : nullptr));
  if (!options.want_rows && result.total) result.rows = rows_in_window(read, *result.total);
  return result;
}

}  // namespace prodev::records
