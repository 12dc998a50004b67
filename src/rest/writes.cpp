#include "rest/writes.h"

#include <bit>

#include "base/clock.h"
#include "base/keyed_hash.h"
#include "rest/body_parser.h"
#include "rest/plan.h"
#include "rest/put.h"
#include "rest/responses.h"
#include "rest/room.h"

namespace prodev::rest {

namespace {

using http::Method;
using query::Outcome;
using records::PreparedWrite;

// Beside an answer with rows a window is passed over, as by PostgREST. Without one it can only be
// meant to narrow what is written.
Outcome<void> check_window(const RequestOptions& options) {
  const bool passed_over = options.preferences.represents() && !options.cursor;
  if (!options.has_window || passed_over) return {};
  return query::refuse({400, "PGRST100", "order, limit and offset do not apply to a write",
                        "Name the rows by a filter."});
}

// 21000: as PostgreSQL's pg-safeupdate.
Outcome<void> check_filtered(const WriteCall& call, bool allow_unfiltered) {
  TRY(check_window(call.options));
  if (allow_unfiltered || !call.options.read.where.children.empty()) return {};
  const std::string verb = call.method == Method::kPatch ? "UPDATE" : "DELETE";
  return query::refuse(
      {400, "21000", verb + " requires a WHERE clause", "Add a filter such as ?id=eq.1."});
}

access::Verb verb_of(Method method) {
  if (method == Method::kDelete) return access::Verb::kDelete;
  return method == Method::kPatch ? access::Verb::kUpdate : access::Verb::kInsert;
}

query::OnConflict conflict_of(const WriteCall& call) {
  using Action = query::OnConflict::Action;
  query::OnConflict conflict;
  if (call.method == Method::kPut) {
    const bool is_view = call.table->kind == catalog::TableKind::kView;
    conflict.action = is_view ? Action::kFail : Action::kMerge;
    return conflict;
  }
  conflict.columns = call.options.on_conflict;
  const auto& resolution = call.options.preferences.resolution;
  if (resolution)
    conflict.action =
        *resolution == ResolutionPreference::kMerge ? Action::kMerge : Action::kIgnore;
  return conflict;
}

records::WriteOptions write_options(const WriteCall& call) {
  const Preferences& preferences = call.options.preferences;
  records::WriteOptions write;
  if (preferences.represents()) write.returned = records::Returned::kRows;
  if (preferences.returning == ReturnPreference::kHeadersOnly && call.method == Method::kPost)
    write.returned = records::Returned::kKey;
  write.read = call.options.read;
  write.read.where = {};  // the write itself has it
  write.format = call.options.media.format;
  write.strips_nulls = call.options.media.strips_nulls;
  return write;
}

Outcome<query::Guard> writable(const WriteCall& call, access::Verb verb) {
  return records::writable(*call.schema, call.identity, *call.table, verb);
}

// `guard` outlives what is returned.
RowTarget target_of(const WriteCall& call, const query::Guard& guard, std::string_view body) {
  return {*call.table,          guard,
          call.options.columns, call.options.preferences.missing == MissingPreference::kDefault,
          call.max_rows,        body.size(),
          *call.memory,         call.wait};
}

Outcome<PreparedWrite> prepare_insert(const WriteCall& call, std::string_view content_type,
                                      std::string_view body) {
  TRY_ASSIGN(const query::Guard guard, writable(call, access::Verb::kInsert));
  const RowTarget target = target_of(call, guard, body);
  TRY_ASSIGN(records::NewRows rows, parse_new_rows(content_type, body, target));
  if (call.method == Method::kPut) TRY(check_put_row(call.options.read.where, rows));
  return PreparedWrite::insert(call.schema, call.identity, *call.table, std::move(rows),
                               conflict_of(call), write_options(call));
}

Outcome<PreparedWrite> prepare_update(const WriteCall& call, std::string_view content_type,
                                      std::string_view body) {
  TRY_ASSIGN(const query::Guard guard, writable(call, access::Verb::kUpdate));
  const RowTarget target = target_of(call, guard, body);
  TRY_ASSIGN(std::vector<query::Assignment> assignments,
             parse_assignments(content_type, body, target));
  return PreparedWrite::update(call.schema, call.identity, *call.table, std::move(assignments),
                               call.options.read.where, write_options(call));
}

Outcome<void> check_result(const WriteCall& call, uint64_t rows) {
  if (call.options.media.format == records::RowFormat::kJsonObject && rows != 1)
    return query::refuse(not_singular(rows));
  const std::optional<uint64_t> most = call.options.preferences.affected_limit();
  const bool limited = call.method == Method::kPatch || call.method == Method::kDelete;
  return limited ? check_affected(most, rows) : Outcome<void>();
}

Outcome<void> explain_write(const WriteCall& call, const PreparedWrite& write,
                            db::BatchWriter& writer, http::Response& response) {
  const PlanMedia& media = *call.options.media.plan;
  PlanText plan;
  TRY_ASSIGN(plan.steps, records::explain(writer.connection(), write.sql(), call.table->name));
  if (tells_sql(media, call.identity)) plan.sql = write.sql();
  if (media.has(PlanMedia::kAnalyze)) {
    const int64_t begin_ns = base::monotonic_ns();
    std::string nothing;
    TRY_ASSIGN(const records::WriteResult result, write.run(writer, nothing));
    plan.rows = result.rows;
    plan.run_ns = base::monotonic_ns() - begin_ns;
    response.undo = true;
  }
  response.set_body(write_plan(media, plan), call.options.media.content_type());
  return {};
}

}  // namespace

Outcome<void> check_write(WriteCall& call, bool allow_unfiltered) {
  if (call.method == Method::kPut) return check_put_filters(*call.table, call.options.read);
  if (call.method != Method::kPost) return check_filtered(call, allow_unfiltered);
  // There is no key that could be taken.
  const bool keyless =
      call.table->primary_key.empty() || call.table->kind == catalog::TableKind::kView;
  if (keyless && call.options.on_conflict.empty()) call.options.preferences.resolution.reset();
  return {};
}

Outcome<void> check_rights(const WriteCall& call) {
  const access::Verb verb = verb_of(call.method);
  TRY_ASSIGN(const access::Rights* rights,
             records::authorize(*call.schema, call.identity.role, *call.table, verb));
  if (verb != access::Verb::kInsert || !rights->admits_none()) return {};
  return query::refuse(
      {403, "42501",
       "new row violates row-level security policy for table \"" + call.table->name + "\""});
}

uint64_t kind_of_write(std::string_view statement, size_t body_bytes) {
  // 0 would be none.
  return (base::keyed_hash(statement) + static_cast<uint64_t>(std::bit_width(body_bytes))) | 1;
}

Outcome<RequestedWrite> prepare_write(const WriteCall& call, std::string_view content_type,
                                      std::string_view body) {
  if (call.method == Method::kDelete) {
    TRY_ASSIGN(PreparedWrite remove,
               PreparedWrite::remove(call.schema, call.identity, *call.table,
                                     call.options.read.where, write_options(call)));
    return RequestedWrite{std::move(remove)};
  }
  TRY(check_rights(call));
  std::optional<PreparedWrite> insert;
  if (call.method != Method::kPatch) {
    TRY_ASSIGN(insert, prepare_insert(call, content_type, body));
    const bool is_view = call.table->kind == catalog::TableKind::kView;
    if (call.method == Method::kPost || !is_view) return RequestedWrite{*std::move(insert)};
  }
  TRY_ASSIGN(PreparedWrite update, prepare_update(call, content_type, body));
  return RequestedWrite{std::move(update), std::move(insert)};
}

Outcome<void> run_write(const WriteCall& call, const RequestedWrite& requested,
                        db::BatchWriter& writer, http::Response& response) {
  const db::WriteHold hold(writer, call.time);
  if (call.options.media.plan) return explain_write(call, requested.write, writer, response);
  std::string body;
  TRY_ASSIGN(records::WriteResult result, requested.write.run(writer, body));
  if (requested.if_none && result.rows == 0) {
    body.clear();
    TRY_ASSIGN(result, requested.if_none->run(writer, body));
  }
  TRY(check_result(call, result.rows));
  describe_write(response, call, result);
  response.undo = call.options.preferences.rolls_back();
  if (!call.options.preferences.represents()) return {};
  base::Budget::Lease answer(*call.all_memory, call.client, call.memory->held_with_others());
  return set_held_body(response, std::move(answer), std::move(body),
                       call.options.media.content_type());
}

}  // namespace prodev::rest
