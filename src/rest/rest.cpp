#include "rest/rest.h"

#include "access/system_tables.h"
#include "base/clock.h"
#include "db/memory.h"
#include "db/temporary_files.h"
#include "http/decoder.h"
#include "query/pattern_cost.h"
#include "query/sql_functions.h"
#include "rest/resource.h"
#include "rest/responses.h"
#include "rest/room.h"
#include "rest/rpc.h"
#include "rest/write_search.h"
#include "text/url.h"

namespace prodev::rest {

namespace {

using http::Method;
using http::Request;
using http::Response;
using query::Outcome;

std::string methods_of(const catalog::Table& table) {
  std::string methods = "OPTIONS,GET,HEAD";
  if (table.insertable) methods += ",POST";
  if (table.insertable && table.updatable && !table.primary_key.empty()) methods += ",PUT";
  if (table.updatable) methods += ",PATCH";
  if (table.deletable) methods += ",DELETE";
  return methods;
}

}  // namespace

Outcome<void> Rest::check_name(const std::string& table) {
  if (!table.empty()) return {};
  return query::refuse({404, "PGRST125", "Invalid path specified in request URL"});
}

Rest::Rest(const RestOptions& options, records::CurrentSchema& schema,
           const std::string& database_path, db::BatchWriter& writer,
           const auth::SigningKey& cursor_key)
    : options_(options),
      current_schema_(schema),
      pool_(database_path, query::register_functions),
      writer_(writer),
      cursor_key_(cursor_key) {}

base::Result<std::unique_ptr<Rest>> Rest::make(const RestOptions& options,
                                               records::CurrentSchema& schema,
                                               const std::string& database_path,
                                               db::BatchWriter& writer,
                                               const auth::Authenticator& authenticator,
                                               const auth::SigningKey& cursor_key) {
  std::unique_ptr<Rest> rest(new Rest(options, schema, database_path, writer, cursor_key));
  for (size_t i = 0; i < options.loops; ++i) {
    TRY_ASSIGN(
        std::unique_ptr<db::Reader> reader,
        db::Reader::open(database_path, query::register_functions, nullptr, db::kLoopLimits));
    rest->loops_.push_back({std::move(reader), authenticator, schema.get()});
  }
  return rest;
}

void Rest::handle(const Request& request, Response& response) {
  begin_response(response);
  if (request.head.method == Method::kOptions) {
    const Outcome<void> described = describe_table(request, response);
    if (!described) respond_error(response, described.error(), {});
    return;
  }
  Timing timing(options_.server_timing, request.started_ns);
  const auth::Identity* identity = identify(request, response);
  if (identity == nullptr) return;
  timing.end(Timing::kJwt);
  if (!may_be_expensive(request)) return answer(request, *identity, timing, response);
  ExpensiveWork& expensive = loops_[request.loop].expensive;
  const int64_t begun_ns = base::monotonic_ns();
  if (expensive.is_enough(begun_ns) && find_prepared(request, *identity) == nullptr)
    return answer_behind(*identity, response);
  answer(request, *identity, timing, response);
  expensive.add(begun_ns, base::monotonic_ns());
}

void Rest::answer(const Request& request, const auth::Identity& identity, Timing timing,
                  Response& response) {
  finish(answer_here(request, identity, timing, response), request, identity, response);
}

bool Rest::check_head(const Request& request, Response& response) {
  const auth::Identity* identity = identify(request, response);
  if (identity == nullptr) return false;
  const Outcome<void> judged = judge_head(request, *identity);
  if (!judged) respond_error(response, judged.error(), identity->role);
  return judged.has_value();
}

const auth::Identity* Rest::identify(const Request& request, Response& response) {
  const auto identity = loops_[request.loop].authenticator.identify(
      request.header("authorization"), request.header("apikey"), base::wall_ms() / 1'000);
  if (identity) return *identity;
  const auth::TokenError& error = identity.error();
  respond_error(response, {401, error.code, error.message, error.details}, {});
  response.add_header("WWW-Authenticate", auth::challenge_of(error));
  return nullptr;
}

Outcome<void> Rest::judge_head(const Request& request, const auth::Identity& identity) {
  const Method method = request.head.method;
  if (method == Method::kGet || method == Method::kHead || method == Method::kOptions) return {};
  const records::Schema& schema = refresh(loops_[request.loop]);
  const Resource named = resource_of(request, options_.prefix);
  if (named.is_function) return check_callable(schema, identity.role, named.name);
  TRY_ASSIGN(const auto call, make_write(request, named.name, identity, loops_[request.loop].schema,
                                         Timing(options_.server_timing, request.started_ns)));
  return check_rights(*call);
}

const records::Schema& Rest::refresh(Loop& loop) const {
  if (!current_schema_.is_current(loop.schema)) {
    loop.schema = current_schema_.get();
    loop.prepared.clear();
    (void)loop.reader->learn_schema(loop.schema->number);  // where it fails the reads tell why
  }
  return *loop.schema;
}

base::Result<db::ReaderPool::Lease> Rest::take_reader(const records::Schema& schema) {
  TRY_ASSIGN(db::ReaderPool::Lease reader, pool_.take());
  TRY(reader->learn_schema(schema.number));
  return reader;
}

Outcome<void> Rest::describe_table(const Request& request, Response& response) {
  const records::Schema& schema = refresh(loops_[request.loop]);
  const Resource named = resource_of(request, options_.prefix);
  if (named.is_function) {
    TRY_ASSIGN(std::string methods, function_methods(schema, named.name));
    response.add_header("Allow", std::move(methods));
    return {};
  }
  TRY(check_name(named.name));
  // The answer says nothing of who calls.
  TRY_ASSIGN(const catalog::Table* table,
             records::find_table(schema, named.name, access::kAnonymousRole));
  response.add_header("Allow", methods_of(*table));
  return {};
}

// 406 for who may not see plans, as if there were none.
Outcome<void> Rest::check_plan(const MediaType& media, const auth::Identity& identity) const {
  if (!media.plan || options_.plan_enabled || identity.role == "service_role") return {};
  return query::refuse(
      {406,
       "PGRST107",
       "None of these media types are available: " + media.content_type(),
       {},
       "Plans are for service_role, or for everybody with the setting plan_enabled."});
}

Outcome<void> Rest::answer_here(const Request& request, const auth::Identity& identity,
                                Timing timing, Response& response) {
  refresh(loops_[request.loop]);
  const Resource named = resource_of(request, options_.prefix);
  if (named.is_function) return call_function(request, identity, named.name, response);
  const Method method = request.head.method;
  if (method == Method::kGet || method == Method::kHead)
    return read_table(request, named.name, identity, timing, response);
  TRY_ASSIGN(std::shared_ptr<WriteCall> call,
             make_write(request, named.name, identity, loops_[request.loop].schema, timing));
  return write(request, call, response);
}

Outcome<std::shared_ptr<WriteCall>> Rest::make_write(const Request& request,
                                                     const std::string& name,
                                                     const auth::Identity& identity,
                                                     const records::SchemaPointer& schema,
                                                     Timing timing) {
  TRY(check_name(name));
  const auto call = std::make_shared<WriteCall>();
  TRY(parse_request_options(request, call->options));
  TRY(check_plan(call->options.media, identity));
  TRY_ASSIGN(const catalog::Table* table, records::find_table(*schema, name, identity.role));
  timing.end(Timing::kParse);
  call->identity = identity;
  call->schema = schema;
  call->table = table;
  call->method = request.head.method;
  call->location = text::relative_to_itself(request.head.path);
  call->max_target_bytes = options_.max_target_bytes;
  call->timing = timing;
  call->time = {options_.write_hold_ns, options_.read_timeout_ns};
  call->max_rows = options_.max_write_rows;
  call->all_memory = options_.memory.get();
  call->client = request.peer.client_key();
  call->memory = std::make_unique<base::Budget::Lease>(*call->all_memory, call->client,
                                                       request.body.held_bytes());
  TRY(check_write(*call, options_.allow_unfiltered_writes));
  return call;
}

Outcome<void> Rest::write(const Request& request, const std::shared_ptr<WriteCall>& call,
                          Response& response) {
  const bool searches = is_searched_first(*call);
  const bool is_short = is_at_hand(request) && request.body.size() <= kMostParsedOnLoop &&
                        !query::has_expensive_patterns(call->options.read);
  if (!searches && is_short)
    return submit_write(call, request.header("content-type"), request.body.memory(), response);
  response.continue_on(http::Lane::kRead, [this, call](const Request& same, Response& out) {
    finish(write_behind(same, call, out), same, call->identity, out);
  });
  return {};
}

Outcome<std::string> Rest::whole_body(const Request& request, base::Budget::Lease& memory) const {
  if (request.body.size() == 0 || !http::is_gzip(request.header("content-encoding"))) {
    TRY_ASSIGN(std::string body, request.body.read_all());
    return body;
  }
  std::string stored;
  if (request.body.in_file()) {
    TRY_ASSIGN(stored, request.body.read_all());
  }
  const std::string_view bytes = request.body.in_file() ? stored : request.body.memory();
  Outcome<void> held;
  const auto may_grow = [&](uint64_t decoded) {
    held = hold(memory, bytes.size() + decoded, Wait::kForOthers);
    return held.has_value();
  };
  base::Result<std::string> body = http::gunzip(bytes, options_.max_body_bytes, may_grow);
  TRY(held);
  if (body) return *std::move(body);
  if (body.error().code == base::Code::kBadInput)
    return query::refuse({400, "PGRST102", body.error().message});
  return query::refuse(query::ApiError(body.error()));
}

Outcome<void> Rest::write_behind(const Request& request, const std::shared_ptr<WriteCall>& call,
                                 Response& response) {
  // Whole from its beginning: those who hold a part each would wait for each other.
  TRY(hold(*call->memory, 2 * request.body.size(), Wait::kForOthers));
  call->wait = Wait::kForOthers;
  if (is_searched_first(*call)) {
    TRY_ASSIGN(db::ReaderPool::Lease reader, take_reader(*call->schema));
    base::Budget::Lease memory(*call->all_memory, call->client, call->memory->held_with_others());
    const db::MemoryLimit limit(memory);
    const db::TemporaryLimit files(*options_.temporary, call->client);
    records::ReadOptions options;
    options.budget_ns = options_.read_timeout_ns;
    TRY(search_rows(*call, std::move(options), {*reader, quick_, false}));
  }
  const std::string_view content_type = request.header("content-type");
  if (is_at_hand(request)) return submit_write(call, content_type, request.body.memory(), response);
  TRY_ASSIGN(const std::string body, whole_body(request, *call->memory));
  return submit_write(call, content_type, body, response);
}

Outcome<void> Rest::submit_write(const std::shared_ptr<const WriteCall>& call,
                                 std::string_view content_type, std::string_view body,
                                 Response& response) {
  TRY_ASSIGN(RequestedWrite prepared, prepare_write(*call, content_type, body));
  const auto write = std::make_shared<const RequestedWrite>(std::move(prepared));
  Timing timing = call->timing;
  timing.end(Timing::kPlan);
  response.continue_on(
      http::Lane::kWrite,
      [this, call, write, timing](const Request& same, Response& out) {
        const Outcome<void> done = run_write(*call, *write, writer_, out);
        if (!done) return finish(done, same, call->identity, out);
        Timing spent = timing;
        spent.end(Timing::kTransaction);
        if (spent.enabled()) out.add_header("Server-Timing", spent.header());
      },
      kind_of_write(write->write.sql(), body.size()));
  return {};
}

}  // namespace prodev::rest
