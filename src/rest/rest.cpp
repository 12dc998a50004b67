#include "rest/rest.h"

#include "base/clock.h"
#include "query/sql_functions.h"
#include "rest/responses.h"
#include "rest/rpc.h"
#include "rest/spool.h"
#include "rest/window.h"
#include "text/url.h"

namespace prodev::rest {

namespace {

using http::Method;
using http::Request;
using http::Response;
using query::Outcome;

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

Outcome<std::string> table_name(std::string_view path, std::string_view prefix) {
  std::string name(path.substr(std::min(prefix.size(), path.size())));
  if (name.ends_with('/')) name.pop_back();
  if (name.empty() || name.find('/') != std::string::npos)
    return query::refuse({404, "PGRST125", "Invalid path specified in request URL"});
  return name;
}

std::string methods_of(const catalog::Table& table) {
  std::string methods = "OPTIONS,GET,HEAD";
  if (table.insertable) methods += ",POST";
  if (table.insertable && table.updatable && !table.primary_key.empty()) methods += ",PUT";
  if (table.updatable) methods += ",PATCH";
  if (table.deletable) methods += ",DELETE";
  return methods;
}

}  // namespace

Rest::Rest(const RestOptions& options, const records::CurrentSchema& schema,
           const std::string& database_path, db::BatchWriter& writer)
    : options_(options),
      current_schema_(schema),
      pool_(database_path, query::register_functions),
      writer_(writer) {}

base::Result<std::unique_ptr<Rest>> Rest::make(const RestOptions& options,
                                               const records::CurrentSchema& schema,
                                               const std::string& database_path,
                                               db::BatchWriter& writer,
                                               const auth::Authenticator& authenticator) {
  std::unique_ptr<Rest> rest(new Rest(options, schema, database_path, writer));
  for (size_t i = 0; i < options.loops; ++i) {
    TRY_ASSIGN(std::unique_ptr<db::Reader> reader,
               db::Reader::open(database_path, query::register_functions));
    rest->loops_.push_back({std::move(reader), authenticator, {}, schema.get()});
  }
  return rest;
}

void Rest::handle(const Request& request, Response& response) {
  if (request.head.method == Method::kOptions) {
    const Outcome<void> described = describe_table(request, response);
    if (!described) respond_error(response, described.error(), {});
    return;
  }
  Loop& loop = loops_[request.loop];
  const auto identity = loop.authenticator.identify(
      request.header("authorization"), request.header("apikey"), base::wall_ms() / 1'000);
  if (!identity) {
    const auth::TokenError& error = identity.error();
    respond_error(response, {401, error.code, error.message, error.details}, {});
    response.add_header("WWW-Authenticate", auth::challenge_of(error));
    return;
  }
  const Outcome<void> answered = answer(request, **identity, response);
  if (!answered) respond_error(response, answered.error(), (*identity)->role);
}

const records::Schema& Rest::refresh(Loop& loop) const {
  if (!current_schema_.is_current(loop.schema)) loop.schema = current_schema_.get();
  return *loop.schema;
}

Outcome<void> Rest::describe_table(const Request& request, Response& response) {
  const records::Schema& schema = refresh(loops_[request.loop]);
  if (const std::string_view name = function_name(request.path, options_.prefix); !name.empty()) {
    TRY_ASSIGN(std::string methods, function_methods(schema, name));
    response.add_header("Allow", std::move(methods));
    return {};
  }
  TRY_ASSIGN(const std::string name, table_name(request.path, options_.prefix));
  TRY_ASSIGN(const catalog::Table* table, records::find_table(schema, name));
  response.add_header("Allow", methods_of(*table));
  return {};
}

Outcome<void> Rest::answer(const Request& request, const auth::Identity& identity,
                           Response& response) {
  Loop& loop = loops_[request.loop];
  refresh(loop);
  if (const std::string_view name = function_name(request.path, options_.prefix); !name.empty())
    return call_function(request, identity, name, response);
  TRY_ASSIGN(std::string table, table_name(request.path, options_.prefix));
  TRY_ASSIGN(RequestOptions options, parse_request_options(request));
  const Method method = request.head.method;
  if (method == Method::kGet || method == Method::kHead) {
    cap_rows(options.read, options_.max_rows);
    return read(request, identity, {std::move(table), {}}, std::move(options), response);
  }
  auto call = std::make_shared<WriteCall>();
  call->identity = identity;
  call->schema = loop.schema;
  TRY_ASSIGN(call->table, records::find_table(*loop.schema, table));
  call->options = std::move(options);
  call->method = method;
  call->location = options_.prefix;
  text::append_percent_encoded(call->location, table);
  TRY(check_write(*call, options_.allow_unfiltered_writes));
  return write(request, std::move(call), response);
}

Outcome<void> Rest::write(const Request& request, std::shared_ptr<const WriteCall> call,
                          Response& response) {
  if (!request.body.in_file()) {
    return submit_write(call, request.header("content-type"), request.body.memory(), response);
  }
  response.continue_on(http::Lane::kBlocking, [this, call](const Request& same, Response& out) {
    const base::Result<std::string> body = same.body.read_all();
    const Outcome<void> submitted =
        body ? submit_write(call, same.header("content-type"), *body, out)
             : Outcome<void>(query::refuse(query::ApiError(body.error())));
    if (!submitted) respond_error(out, submitted.error(), call->identity.role);
  });
  return {};
}

Outcome<void> Rest::read(const Request& request, const auth::Identity& identity, Target target,
                         RequestOptions options, Response& response) {
  Loop& loop = loops_[request.loop];
  const bool want_rows = request.head.method != Method::kHead;
  records::ReadOptions quick = read_options(target, options, want_rows);
  quick.budget_ns = options_.loop_budget_ns;
  quick.body_bytes = options_.loop_body_bytes;
  quick.overflow = [](std::string&) { return false; };
  std::string body;
  body.reserve(loop.last_body_bytes);
  TRY_ASSIGN(const records::ReadResult result,
             read_target(*loop.schema, identity, target, options.read, quick,
                         {*loop.reader, &loop.slow}, body));
  if (!result.over_budget) {
    loop.last_body_bytes = body.size();
    return respond(response, target, options, want_rows, result, body);
  }
  auto call = std::make_shared<const Call>(
      Call{identity, loop.schema, std::move(target), std::move(options)});
  response.continue_on(http::Lane::kBlocking,
                       [this, call, want_rows](const Request&, Response& out) {
                         const Outcome<void> done = read_on_pool(*call, want_rows, out);
                         if (!done) respond_error(out, done.error(), call->identity.role);
                       });
  return {};
}

Outcome<void> Rest::read_on_pool(const Call& call, bool want_rows, Response& response) {
  TRY_ASSIGN(db::ReaderPool::Lease reader, pool_.take());
  std::optional<Spool> spool;
  base::Result<void> spooled;
  uint64_t size = 0;
  const auto to_file = [&](std::string& body) {
    size += body.size();
    if (size > options_.max_response_bytes) {
      spooled = base::fail(base::Code::kTooLarge, "the response is larger than " +
                                                      std::to_string(options_.max_response_bytes) +
                                                      " bytes: ask for fewer rows with limit");
    } else if (!spool) {
      base::Result<Spool> made = Spool::make(options_.temporary_directory);
      if (made) {
        spool = std::move(*made);
      } else {
        spooled = tl::make_unexpected(made.error());
      }
    }
    if (spooled) spooled = spool->write(body);
    body.clear();
    return spooled.has_value();
  };
  records::ReadOptions options = read_options(call.target, call.options, want_rows);
  options.budget_ns = options_.read_timeout_ns;
  options.body_bytes = options_.body_memory_bytes;
  options.overflow = to_file;
  std::string body;
  TRY_ASSIGN(const records::ReadResult result,
             read_target(*call.schema, call.identity, call.target, call.options.read, options,
                         {*reader, nullptr}, body));
  TRY(spooled);
  if (!spool) return respond(response, call.target, call.options, want_rows, result, body);
  TRY(spool->write(body));
  TRY(describe_read(response, call.options, result));
  response.set_segment(std::move(*spool).segment(), call.options.media.content_type());
  return {};
}

Outcome<records::ReadResult> Rest::read_target(const records::Schema& schema,
                                               const auth::Identity& identity, const Target& target,
                                               const query::Read& read,
                                               const records::ReadOptions& options,
                                               records::ReadSession session, std::string& body) {
  if (target.function)
    return records::read_call(schema, identity, *target.function, read, options, session, body);
  return records::read_rows(schema, identity, target.table, read, options, session, body);
}

records::ReadOptions Rest::read_options(const Target& target, const RequestOptions& options,
                                        bool want_rows) const {
  records::ReadOptions read;
  read.format = options.media.format;
  read.strips_nulls = options.media.strips_nulls;
  read.count = count_of(options.preferences);
  if (options_.max_rows > 0) read.exact_below = options_.max_rows;
  read.want_rows = want_rows;
  if (target.function) shape_result(*target.function, read);
  return read;
}

Outcome<void> Rest::respond(Response& response, const Target& target, const RequestOptions& options,
                            bool want_rows, const records::ReadResult& result, std::string& body) {
  if (target.function && target.function->returns_nothing()) {
    response.status = 204;
    return {};
  }
  TRY(describe_read(response, options, result));
  if (target.function && want_rows && result.rows == 0) fill_empty(*target.function, options, body);
  response.set_body(std::move(body), options.media.content_type());
  return {};
}

Outcome<void> Rest::submit_write(const std::shared_ptr<const WriteCall>& call,
                                 std::string_view content_type, std::string_view body,
                                 Response& response) {
  TRY_ASSIGN(std::optional<records::PreparedWrite> prepared,
             prepare_write(*call, content_type, body));
  const auto write =
      std::make_shared<const std::optional<records::PreparedWrite>>(std::move(prepared));
  response.continue_on(http::Lane::kWrite, [this, call, write](const Request&, Response& out) {
    const Outcome<void> done = run_write(*call, *write ? &**write : nullptr, writer_, out);
    if (!done) respond_error(out, done.error(), call->identity.role);
  });
  return {};
}

}  // namespace prodev::rest
