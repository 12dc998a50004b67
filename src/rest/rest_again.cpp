// What Rest does with requests that met another schema than they were lowered by, or came when
// their loop had no time for them: they are answered from their beginning on the read lane.
#include "base/clock.h"
#include "db/client_rules.h"
#include "records/outdated.h"
#include "rest/resource.h"
#include "rest/responses.h"
#include "rest/rest.h"

namespace prodev::rest {

namespace {

using http::Method;
using http::Request;
using http::Response;
using query::Outcome;

// Of a request that may be answered again: schemas that change faster than they are read, or reads
// that last longer than schemas, are given up.
constexpr int64_t kMostAge_ns = 5'000'000'000;

}  // namespace

void Rest::finish(const Outcome<void>& done, const Request& request, const auth::Identity& identity,
                  Response& response) {
  if (done) return;
  const query::ApiError& error = done.error();
  const bool ends =
      !records::is_outdated(error) || base::monotonic_ns() - request.started_ns > kMostAge_ns;
  if (ends) return respond_error(response, error, identity.role);
  response.clear();
  begin_response(response);
  response.continue_on(http::Lane::kRead,
                       [this, identity, error](const Request& same, Response& out) {
                         if (!renew_schema()) return respond_error(out, error, identity.role);
                         finish(answer_again(same, identity, out), same, identity, out);
                       });
}

void Rest::answer_behind(const auth::Identity& identity, Response& response) {
  response.continue_on(http::Lane::kRead, [this, identity](const Request& same, Response& out) {
    finish(answer_again(same, identity, out), same, identity, out);
  });
}

// Where it fails those who watch the schema tell why.
base::Result<void> Rest::renew_schema() {
  TRY_ASSIGN(db::ReaderPool::Lease reader, pool_.take());
  const db::TrustedScope trusted(reader->connection());
  return current_schema_.renew(reader->connection());
}

Outcome<void> Rest::answer_again(const Request& request, const auth::Identity& identity,
                                 Response& response) {
  const records::SchemaPointer schema = current_schema_.get();
  const Resource named = resource_of(request, options_.prefix);
  if (named.is_function) return start_long_call(request, identity, schema, named.name, response);
  const Timing timing(options_.server_timing, request.started_ns);
  const Method method = request.head.method;
  if (method == Method::kGet || method == Method::kHead)
    return read_again(request, named.name, identity, schema, timing, response);
  TRY_ASSIGN(const auto call, make_write(request, named.name, identity, schema, timing));
  return write_behind(request, call, response);
}

Outcome<void> Rest::read_again(const Request& request, const std::string& name,
                               const auth::Identity& identity, const records::SchemaPointer& schema,
                               Timing timing, Response& response) {
  TRY_ASSIGN(const auto prepared, make_read(request, name, identity, schema, timing));
  TRY(prepare(request, identity.role, *prepared));
  if (prepared->call.options.media.plan)
    return explain_on_pool(request, prepared->call, identity, response);
  Call own = prepared->call;
  own.identity = identity;
  return read_on_pool(request, own, response);
}

}  // namespace prodev::rest
