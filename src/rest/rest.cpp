#include "rest/rest.h"

#include "base/clock.h"
#include "query/sql_functions.h"
#include "records/write.h"
#include "rest/body_parser.h"
#include "rest/responses.h"
#include "rest/spool.h"

namespace prodev::rest {

namespace {

using http::Method;
using http::Request;
using http::Response;
using query::Outcome;

records::ReadOptions read_options(const RequestOptions& options, bool want_rows) {
  records::ReadOptions read;
  read.format = options.format;
  read.count = options.preferences.count;
  read.want_rows = want_rows;
  return read;
}

Outcome<std::string> table_name(std::string_view path, std::string_view prefix) {
  std::string name(path.substr(std::min(prefix.size(), path.size())));
  if (name.ends_with('/')) name.pop_back();
  if (name.empty() || name.find('/') != std::string::npos)
    return query::refuse({404, "PGRST125", "Invalid path specified in request URL"});
  return name;
}

// 21000: as PostgreSQL's pg-safeupdate.
Outcome<void> check_filtered(const RequestOptions& options, Method method, bool allowed) {
  if (options.has_window) {
    return query::refuse({400, "PGRST100", "order, limit and offset do not apply to a write",
                          "Name the rows by a filter."});
  }
  if (allowed || !options.read.where.children.empty()) return {};
  const std::string verb = method == Method::kPatch ? "UPDATE" : "DELETE";
  return query::refuse(
      {400, "21000", verb + " requires a WHERE clause", "Add a filter such as ?id=eq.1."});
}

query::OnConflict conflict_of(const RequestOptions& options) {
  query::OnConflict conflict;
  conflict.columns = options.on_conflict;
  if (options.preferences.resolution == ResolutionPreference::kMerge)
    conflict.action = query::OnConflict::Action::kMerge;
  if (options.preferences.resolution == ResolutionPreference::kIgnore)
    conflict.action = query::OnConflict::Action::kIgnore;
  return conflict;
}

records::WriteOptions write_options(const RequestOptions& options) {
  records::WriteOptions write;
  write.return_rows = options.preferences.returning == ReturnPreference::kRepresentation;
  write.read = options.read;
  write.read.where = {};  // the write has it
  write.format = options.format;
  return write;
}

Outcome<records::PreparedWrite> prepare_write(const records::SchemaPointer& schema,
                                              const auth::Identity& identity,
                                              const std::string& table_name_text,
                                              const RequestOptions& options, Method method,
                                              std::string_view body) {
  using records::PreparedWrite;
  TRY_ASSIGN(const catalog::Table* table, records::find_table(*schema, table_name_text));
  if (method == Method::kDelete) {
    return PreparedWrite::remove(schema, identity, *table, options.read.where,
                                 write_options(options));
  }
  const access::Verb verb = method == Method::kPost ? access::Verb::kInsert : access::Verb::kUpdate;
  TRY_ASSIGN(const query::Guard guard, records::writable(*schema, identity, *table, verb));
  if (method == Method::kPost) {
    TRY_ASSIGN(records::NewRows rows, parse_new_rows(body, *table, guard, options.columns));
    return PreparedWrite::insert(schema, identity, *table, std::move(rows), conflict_of(options),
                                 write_options(options));
  }
  TRY_ASSIGN(std::vector<query::Assignment> assignments,
             parse_assignments(body, *table, guard, options.columns));
  return PreparedWrite::update(schema, identity, *table, std::move(assignments), options.read.where,
                               write_options(options));
}

// On the write lane.
Outcome<void> run_write(const records::PreparedWrite& write, const RequestOptions& options,
                        Method method, db::BatchWriter& writer, Response& response) {
  std::string body;
  TRY_ASSIGN(const uint64_t rows, write.run(writer, body));
  if (options.format == records::RowFormat::kJsonObject && rows != 1)
    return query::refuse(not_singular(rows));
  describe_write(response, options, method, rows);
  if (!body.empty()) response.set_body(std::move(body), content_type(options.format));
  return {};
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
    response.add_header("Allow", "OPTIONS,GET,HEAD,POST,PATCH,DELETE");
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

Outcome<void> Rest::answer(const Request& request, const auth::Identity& identity,
                           Response& response) {
  Loop& loop = loops_[request.loop];
  if (!current_schema_.is_current(loop.schema)) loop.schema = current_schema_.get();
  TRY_ASSIGN(std::string table, table_name(request.path, options_.prefix));
  TRY_ASSIGN(RequestOptions options, parse_request_options(request));
  const Method method = request.head.method;
  if (method == Method::kGet || method == Method::kHead)
    return read(request, identity, table, std::move(options), response);
  if (method != Method::kPost)
    TRY(check_filtered(options, method, options_.allow_unfiltered_writes));
  auto call = std::make_shared<const Call>(
      Call{identity, loop.schema, std::move(table), std::move(options)});
  if (!request.body.in_file()) return submit_write(call, method, request.body.memory(), response);
  response.continue_on(http::Lane::kBlocking, [this, call](const Request& same, Response& out) {
    const base::Result<std::string> body = same.body.read_all();
    const Outcome<void> submitted =
        body ? submit_write(call, same.head.method, *body, out)
             : Outcome<void>(query::refuse(query::ApiError(body.error())));
    if (!submitted) respond_error(out, submitted.error(), call->identity.role);
  });
  return {};
}

Outcome<void> Rest::read(const Request& request, const auth::Identity& identity,
                         const std::string& table, RequestOptions options, Response& response) {
  Loop& loop = loops_[request.loop];
  const bool want_rows = request.head.method == Method::kGet;
  records::ReadOptions quick = read_options(options, want_rows);
  quick.budget_ns = options_.loop_budget_ns;
  quick.body_bytes = options_.loop_body_bytes;
  quick.overflow = [](std::string&) { return false; };
  std::string body;
  body.reserve(loop.last_body_bytes);
  TRY_ASSIGN(const records::ReadResult result,
             records::read_rows(*loop.schema, identity, table, options.read, quick,
                                {*loop.reader, &loop.slow}, body));
  if (!result.over_budget) {
    loop.last_body_bytes = body.size();
    TRY(describe_read(response, options, result));
    response.set_body(std::move(body), content_type(options.format));
    return {};
  }
  auto call = std::make_shared<const Call>(Call{identity, loop.schema, table, std::move(options)});
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
  records::ReadOptions options = read_options(call.options, want_rows);
  options.budget_ns = options_.read_timeout_ns;
  options.body_bytes = options_.body_memory_bytes;
  options.overflow = to_file;
  std::string body;
  TRY_ASSIGN(const records::ReadResult result,
             records::read_rows(*call.schema, call.identity, call.table, call.options.read, options,
                                {*reader, nullptr}, body));
  TRY(spooled);
  TRY(describe_read(response, call.options, result));
  if (!spool) {
    response.set_body(std::move(body), content_type(call.options.format));
    return {};
  }
  TRY(spool->write(body));
  response.set_segment(std::move(*spool).segment(), content_type(call.options.format));
  return {};
}

Outcome<void> Rest::submit_write(const std::shared_ptr<const Call>& call, Method method,
                                 std::string_view body, Response& response) {
  TRY_ASSIGN(records::PreparedWrite prepared,
             prepare_write(call->schema, call->identity, call->table, call->options, method, body));
  auto write = std::make_shared<const records::PreparedWrite>(std::move(prepared));
  response.continue_on(
      http::Lane::kWrite, [this, call, method, write](const Request&, Response& out) {
        const Outcome<void> done = run_write(*write, call->options, method, writer_, out);
        if (!done) respond_error(out, done.error(), call->identity.role);
      });
  return {};
}

}  // namespace prodev::rest
