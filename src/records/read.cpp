#include "records/read.h"

#include "base/clock.h"
#include "records/estimate.h"
#include "records/outdated.h"
#include "records/query_run.h"

namespace prodev::records {

using query::Outcome;

Outcome<LoweredRead> lower_rows(const Schema& schema, std::string_view role,
                                const catalog::Table& table, const query::Read& read,
                                const ReadOptions& options) {
  TRY_ASSIGN(const access::Rights* rights, authorize(schema, role, table, access::Verb::kSelect));
  query::Context context = context_of(schema, role);
  context.embedded_rows = options.embedded_rows;
  LoweredRead lowered{table, read, guard_of(*rights), {}, {}, schema.number};
  TRY_ASSIGN(lowered.rows, query::lower_read(context, table, read, lowered.guard));
  const bool estimates = may_estimate(table, lowered.guard);
  if (options.count == Count::kExact || options.count == Count::kEstimated ||
      (options.count == Count::kPlanned && !estimates)) {
    const bool bounded = options.count == Count::kEstimated && estimates;
    const std::optional<uint64_t> most =
        bounded ? std::optional(options.exact_below + 1) : std::nullopt;
    TRY_ASSIGN(lowered.count, query::lower_count(context, table, read, lowered.guard, most));
  }
  return lowered;
}

Outcome<ReadResult> run_read(const LoweredRead& lowered, const auth::Identity& identity,
                             const ReadOptions& options, ReadSession session, std::string& body) {
  session.reader.set_deadline(options.budget_ns == 0 ? 0
                                                     : base::monotonic_ns() + options.budget_ns);
  const Caller caller(identity);
  const QueryTarget target{session.reader.connection(), session.reader.statements(), false,
                           &session.quick, session.on_loop};
  return checked_read(QueryRun(options, target, caller, body).run(lowered), session,
                      lowered.schema_number);
}

Outcome<ReadResult> read_rows(const Schema& schema, const auth::Identity& identity,
                              const catalog::Table& table, const query::Read& read,
                              const ReadOptions& options, ReadSession session, std::string& body) {
  TRY_ASSIGN(const LoweredRead lowered, lower_rows(schema, identity.role, table, read, options));
  return run_read(lowered, identity, options, session, body);
}

Outcome<ReadPlan> explain_read(const Schema& schema, const auth::Identity& identity,
                               const catalog::Table& table, const query::Read& read, bool run,
                               const ReadOptions& options, db::Reader& reader) {
  TRY_ASSIGN(const LoweredRead lowered, lower_rows(schema, identity.role, table, read, options));
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
  const QueryTarget target{reader.connection(), reader.statements()};
  TRY_ASSIGN(const ReadResult result,
             checked(QueryRun(figures, target, caller, nothing).run(lowered), reader,
                     lowered.schema_number));
  plan.rows = result.rows;
  plan.run_ns = base::monotonic_ns() - now_ns;
  return plan;
}

}  // namespace prodev::records
