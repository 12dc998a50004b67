// What Rest does with requests that read.
#include "base/clock.h"
#include "db/memory.h"
#include "db/statement_watch.h"
#include "db/temporary_files.h"
#include "query/pattern_cost.h"
#include "rest/cursor.h"
#include "rest/plan.h"
#include "rest/resource.h"
#include "rest/responses.h"
#include "rest/rest.h"
#include "rest/room.h"
#include "rest/rpc.h"
#include "rest/spool.h"
#include "rest/window.h"

namespace prodev::rest {

namespace {

using http::Request;
using http::Response;
using query::Outcome;

// What is compressed on a loop takes it some tenths of a millisecond.
constexpr size_t kMaxEncodedOnLoop = 65'536;
// Of a header: proxies give all of them some 4 KB.
constexpr size_t kMostCursorBytes = 2'048;

records::Count count_of(const Preferences& preferences) {
  if (!preferences.count) return records::Count::kNone;
  switch (*preferences.count) {
    case CountPreference::kPlanned:
      return records::Count::kPlanned;
    case CountPreference::kEstimated:
      return records::Count::kEstimated;
    case CountPreference::kExact:
      break;
  }
  return records::Count::kExact;
}

// Caches are told to keep encoded and plain rows apart.
void add_vary(Response& response) { response.add_header_lines("Vary: Accept-Encoding\r\n"); }

std::string encode(http::Encoder& encoder, std::string_view body, Response& response) {
  std::string encoded;
  encoder.append(body, encoded);
  encoder.finish(encoded);
  response.add_header("Content-Encoding", http::coding_name(encoder.coding()));
  return encoded;
}

// All that a read of a table depends on, but for the schema and the caller's role: with these the
// same request is the same read. What parse_request_options() and prepare_page() look at is here.
void add_question(const Request& request, std::string& key) {
  key = request.head.method == http::Method::kHead ? "HEAD" : "GET";
  key.append(request.head.path).append("?").append(request.head.query);
  const auto add = [&](std::string_view header, std::string_view value) {
    if (request.head.has(header)) key.append("\n").append(header).append(":").append(value);
  };
  std::string joined;
  for (const std::string_view list : {"accept", "prefer"})
    add(list, request.head.find_list(list, joined));
  for (const std::string_view header : {"range", "accept-profile", "content-profile"})
    add(header, request.header(header));
}

// Worth the room: all that is lowered grows with its SQL.
bool is_small(const records::LoweredRead& lowered) {
  constexpr size_t kMostBytes = 8'192;
  return lowered.rows.sql.size() + lowered.count.sql.size() <= kMostBytes;
}

tl::unexpected<query::ApiError> no_pages() {
  return query::refuse({400, "PGRST100", "cursor does not apply to this request",
                        "Pages need limit, and an order of columns that together with the primary "
                        "key tell every row from the others."});
}

}  // namespace

Outcome<records::ReadResult> Rest::read_target(const Call& call, const auth::Identity& identity,
                                               const records::ReadOptions& options,
                                               records::ReadSession session, std::string& body) {
  if (call.target.function)
    return records::read_call(*call.schema, identity, *call.target.function, call.options.read,
                              options, session, body);
  return records::read_rows(*call.schema, identity, *call.target.table, call.options.read, options,
                            session, body);
}

records::ReadOptions Rest::read_options(const Call& call) const {
  records::ReadOptions options;
  options.format = call.options.media.format;
  options.strips_nulls = call.options.media.strips_nulls;
  options.count = count_of(call.options.preferences);
  if (options_.max_rows > 0) options.exact_below = options_.max_rows;
  options.embedded_rows = options_.max_rows;
  options.rows_before = call.rows_before;
  options.want_rows = call.want_rows;
  if (call.target.function) shape_result(*call.target.function, options);
  return options;
}

// Makes the order of a page total, so that it can tell where the next one begins.
Outcome<void> Rest::prepare_page(const Request& request, std::string_view role, Call& call) const {
  RequestOptions& options = call.options;
  const catalog::Table* table = call.target.table;
  const bool one = options.media.format == records::RowFormat::kJsonObject;
  const bool pages = table != nullptr && options.read.limit && !options.read.order.empty() &&
                     !one && !request.head.has("range") && !query::is_grouped(*table, options.read);
  if (!pages) return options.cursor ? no_pages() : Outcome<void>();
  TRY_ASSIGN(const access::Rights* rights,
             records::authorize(*call.schema, role, *table, access::Verb::kSelect));
  std::optional<std::vector<query::OrderItem>> order =
      total_order(*table, records::guard_of(*rights), options.read.order);
  if (!order) return options.cursor ? no_pages() : Outcome<void>();
  options.read.order = std::move(*order);
  options.read.with_keys = true;
  if (!options.cursor) return {};
  TRY_ASSIGN(const Cursor cursor,
             decode_cursor(cursor_key_, *table, options.read.order, *options.cursor));
  options.read.after = rows_after(*table, options.read.order, cursor.values);
  call.rows_before = cursor.rows_before;
  return {};
}

const Rest::PreparedRead* Rest::find_prepared(const Request& request,
                                              const auth::Identity& identity) {
  Loop& loop = loops_[request.loop];
  add_question(request, loop.key);
  loop.key.append("\n=").append(identity.role);
  return loop.prepared.find(loop.key);
}

Outcome<void> Rest::read_table(const Request& request, const std::string& name,
                               const auth::Identity& identity, Timing timing, Response& response) {
  Loop& loop = loops_[request.loop];
  if (const PreparedRead* known = find_prepared(request, identity); known != nullptr) {
    timing.end(Timing::kParse);
    TRY(run_on_loop(request, *known, identity, timing, response));
    return {};
  }
  TRY_ASSIGN(std::unique_ptr<PreparedRead> prepared,
             make_read(request, name, identity, loop.schema, timing));
  TRY(prepare(request, identity.role, *prepared));
  if (prepared->call.options.media.plan)
    return explain(std::move(prepared->call), identity, response);
  TRY_ASSIGN(const bool done,
             run_on_loop(request, *prepared, identity, prepared->call.timing, response));
  if (done && is_small(*prepared->lowered)) loop.prepared.keep(loop.key, std::move(prepared));
  return {};
}

Outcome<std::unique_ptr<Rest::PreparedRead>> Rest::make_read(const Request& request,
                                                             const std::string& name,
                                                             const auth::Identity& identity,
                                                             const records::SchemaPointer& schema,
                                                             Timing timing) const {
  TRY(check_name(name));
  auto prepared = std::make_unique<PreparedRead>();
  Call& call = prepared->call;
  TRY(parse_request_options(request, call.options));
  TRY(check_plan(call.options.media, identity));
  TRY_ASSIGN(call.target.table, records::find_table(*schema, name, identity.role));
  call.schema = schema;
  timing.end(Timing::kParse);
  call.timing = timing;
  return prepared;
}

Outcome<void> Rest::read_function(const Request& request, Call call, Response& response) {
  const auth::Identity identity = std::exchange(call.identity, {});
  PreparedRead prepared{std::move(call), {}, false};
  TRY(prepare(request, identity.role, prepared));
  if (prepared.call.options.media.plan)
    return explain(std::move(prepared.call), identity, response);
  TRY(run_on_loop(request, prepared, identity, prepared.call.timing, response));
  return {};
}

Outcome<void> Rest::explain(Call call, const auth::Identity& identity, Response& response) {
  response.continue_on(http::Lane::kRead, [this, identity, call = std::move(call)](
                                              const Request& same, Response& out) {
    finish(explain_on_pool(same, call, identity, out), same, identity, out);
  });
  return {};
}

Outcome<void> Rest::prepare(const Request& request, std::string_view role,
                            PreparedRead& prepared) const {
  Call& call = prepared.call;
  query::Read& read = call.options.read;
  call.want_rows = request.head.method != http::Method::kHead;
  TRY(prepare_page(request, role, call));
  if (call.target.table != nullptr)
    call.location = canonical_location(request.head.path, request.head.query);
  cap_rows(read, options_.max_rows);
  prepared.is_for_pool = query::has_expensive_patterns(read);
  if (call.target.function || call.options.media.plan || prepared.is_for_pool) return {};
  TRY_ASSIGN(records::LoweredRead lowered,
             records::lower_rows(*call.schema, role, *call.target.table, read, read_options(call)));
  prepared.lowered.emplace(std::move(lowered));
  return {};
}

Outcome<bool> Rest::run_on_loop(const Request& request, const PreparedRead& prepared,
                                const auth::Identity& identity, Timing timing, Response& response) {
  Loop& loop = loops_[request.loop];
  const Call& call = prepared.call;
  if (prepared.is_for_pool) {
    continue_on_pool(call, identity, timing, response);
    return false;
  }
  records::ReadOptions quick = read_options(call);
  quick.budget_ns = options_.loop_budget_ns;
  quick.body_bytes = options_.loop_body_bytes;
  quick.overflow = [](std::string&) { return false; };
  std::string body;
  body.reserve(loop.last_body_bytes);
  const db::MemoryLimit limit(options_.loop_memory_bytes);
  const records::ReadSession session{*loop.reader, quick_, true};
  TRY_ASSIGN(const records::ReadResult result,
             prepared.lowered ? records::run_read(*prepared.lowered, identity, quick, session, body)
                              : read_target(call, identity, quick, session, body));
  base::Budget::Lease room(*options_.memory, request.peer.client_key());
  if (!result.over_budget && room.grow_to(body.size()) == base::Budget::Grant::kGranted) {
    loop.last_body_bytes = body.size();
    TRY(describe(request, timing, call, result, response));
    if (complete(call, result, body))
      TRY(send(request, loop, {std::move(body), std::move(room)}, call, response));
    return true;
  }
  continue_on_pool(call, identity, timing, response);
  return false;
}

void Rest::continue_on_pool(const Call& call, const auth::Identity& identity, Timing timing,
                            Response& response) {
  auto own = std::make_shared<Call>(call);
  own->identity = identity;
  own->timing = timing;
  response.continue_on(http::Lane::kRead, [this, own](const Request& same, Response& out) {
    finish(read_on_pool(same, *own, out), same, own->identity, out);
  });
}

Outcome<void> Rest::describe(const Request& request, Timing timing, const Call& call,
                             const records::ReadResult& result, Response& response) const {
  if (result.lowered_ns > 0) timing.end(Timing::kPlan, result.lowered_ns);
  timing.end(Timing::kTransaction);
  const query::Read& window = call.options.read;
  if (call.target.function && call.target.function->returns_nothing()) {
    response.status = 204;
  } else {
    TRY(describe_read(response, call.options, call.rows_before, result));
    response.length_unknown = !call.want_rows;
  }
  if (!call.location.empty()) response.add_header("Content-Location", call.location);
  if (!result.last_key.empty()) {
    const Cursor next{call.rows_before + window.offset + result.rows, result.last_key};
    const std::string cursor = encode_cursor(cursor_key_, *call.target.table, window.order, next);
    const std::string link = next_link(request.head.path, request.head.query, cursor);
    // No link is better than one that a proxy, a client or this server does not take.
    if (cursor.size() <= kMostCursorBytes && link.size() <= options_.max_target_bytes)
      response.add_header("Link", link);
  }
  timing.end(Timing::kResponse);
  if (timing.enabled()) response.add_header("Server-Timing", timing.header());
  return {};
}

// Makes the body of a result without rows what it must be. False: there is to be none.
bool Rest::complete(const Call& call, const records::ReadResult& result, std::string& body) {
  if (!call.target.function) return true;
  if (call.target.function->returns_nothing()) return false;
  if (call.want_rows && result.rows == 0) fill_empty(*call.target.function, call.options, body);
  return true;
}

bool Rest::may_encode(size_t bytes) const {
  return options_.compress_min_bytes > 0 && bytes >= options_.compress_min_bytes;
}

Outcome<void> Rest::send(const Request& request, Loop& loop, HeldBody rows, const Call& call,
                         Response& response) const {
  std::string& body = rows.bytes;
  std::string type = call.options.media.content_type();
  const bool may = may_encode(body.size());
  if (may) add_vary(response);
  const http::Coding coding =
      may ? http::choose_coding(request.header("accept-encoding")) : http::Coding::kIdentity;
  if (coding == http::Coding::kIdentity)
    return set_held_body(response, std::move(rows.lease), std::move(body), type);
  if (coding == http::Coding::kGzip && body.size() <= kMaxEncodedOnLoop) {
    if (!loop.gzip) loop.gzip = std::make_unique<http::Encoder>(coding);
    response.set_body(encode(*loop.gzip, body, response), type);
    return {};
  }
  const auto held = std::make_shared<const HeldBody>(std::move(rows));
  response.continue_on(http::Lane::kBlocking, [this, coding, held, type = std::move(type)](
                                                  const Request& same, Response& out) {
    http::Encoder encoder(coding);
    std::string encoded = encode(encoder, held->bytes, out);
    const auto set = keep_body(same, held->lease.held_with_others(), std::move(encoded), type, out);
    if (!set) respond_error(out, set.error(), {});
  });
  return {};
}

// In memory where there is room for it, else in a file: not for a loop. `beside`: what its request
// holds of the memory already.
Outcome<void> Rest::keep_body(const Request& request, uint64_t beside, std::string body,
                              const std::string& type, Response& response) const {
  const base::Budget::Client client = request.peer.client_key();
  base::Budget::Lease memory(*options_.memory, client, beside);
  if (memory.grow_to(body.size()) == base::Budget::Grant::kGranted)
    return set_held_body(response, std::move(memory), std::move(body), type);
  SpooledBody file(*options_.temporary, client, options_.max_response_bytes,
                   http::Coding::kIdentity);
  if (const auto kept = file.take(body, true); !kept)
    return query::refuse(storage_error(kept.error()));
  std::move(file).send(response, type);
  return {};
}

base::Budget::Lease Rest::memory_beside(const Request& request, const Call& call) const {
  const uint64_t held =
      call.memory != nullptr ? call.memory->held_with_others() : request.body.held_bytes();
  return {*options_.memory, request.peer.client_key(), held};
}

Outcome<void> Rest::read_on_pool(const Request& request, const Call& call, Response& response) {
  TRY_ASSIGN(db::ReaderPool::Lease reader, take_reader(*call.schema));
  base::Budget::Lease memory = memory_beside(request, call);
  const db::MemoryLimit limit(memory);
  const db::TemporaryLimit files(*options_.temporary, request.peer.client_key());
  records::ReadOptions options = read_options(call);
  options.budget_ns = options_.read_timeout_ns;
  options.body_bytes = options_.body_memory_bytes;
  const http::Coding coding = http::choose_coding(request.header("accept-encoding"));
  const bool encode_long = may_encode(options.body_bytes);
  SpooledBody long_body(*options_.temporary, request.peer.client_key(), options_.max_response_bytes,
                        encode_long ? coding : http::Coding::kIdentity);
  base::Result<void> spooled;
  options.overflow = [&](std::string& body) {
    spooled = long_body.take(body, false);
    // Between two pieces others have their turn, as between two steps of SQLite.
    if (spooled && db::must_end(reader->connection().handle()))
      spooled = base::fail(base::Code::kTimeout, "the read took too long");
    return spooled.has_value();
  };
  std::string body;
  TRY_ASSIGN(const records::ReadResult result,
             read_target(call, call.identity, options, {*reader, quick_, false}, body));
  if (!spooled) return query::refuse(storage_error(spooled.error()));
  TRY(describe(request, call.timing, call, result, response));
  const std::string type = call.options.media.content_type();
  if (long_body.begun()) {
    if (const auto last = long_body.take(body, true); !last)
      return query::refuse(storage_error(last.error()));
    if (encode_long) add_vary(response);
    std::move(long_body).send(response, type);
    return {};
  }
  if (!complete(call, result, body)) return {};
  const bool may = may_encode(body.size());
  if (may) add_vary(response);
  if (may && coding != http::Coding::kIdentity) {
    http::Encoder encoder(coding);
    body = encode(encoder, body, response);
  }
  return keep_body(request, memory.held_with_others(), std::move(body), type, response);
}

Outcome<void> Rest::explain_on_pool(const Request& request, const Call& call,
                                    const auth::Identity& identity, Response& response) {
  TRY_ASSIGN(db::ReaderPool::Lease reader, take_reader(*call.schema));
  base::Budget::Lease memory = memory_beside(request, call);
  const db::MemoryLimit limit(memory);
  const db::TemporaryLimit files(*options_.temporary, request.peer.client_key());
  const PlanMedia& media = *call.options.media.plan;
  records::ReadOptions options = read_options(call);
  options.budget_ns = options_.read_timeout_ns;
  const bool run = media.has(PlanMedia::kAnalyze);
  TRY_ASSIGN(records::ReadPlan plan,
             call.target.function
                 ? records::explain_call(*call.schema, identity, *call.target.function,
                                         call.options.read, run, options, *reader)
                 : records::explain_read(*call.schema, identity, *call.target.table,
                                         call.options.read, run, options, *reader));
  PlanText text{std::move(plan.steps), {}, plan.rows, plan.run_ns};
  if (tells_sql(media, identity)) text.sql = std::move(plan.sql);
  response.set_body(write_plan(media, text), call.options.media.content_type());
  return {};
}

}  // namespace prodev::rest
