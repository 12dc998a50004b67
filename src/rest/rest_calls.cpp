// The part of Rest that calls functions.
#include "db/write_hold.h"
#include "rest/responses.h"
#include "rest/rest.h"
#include "rest/room.h"
#include "rest/rpc.h"
#include "rest/window.h"
#include "rest/writes.h"

namespace prodev::rest {

using http::Request;
using http::Response;
using query::Outcome;

Outcome<void> Rest::call_function(const Request& request, const auth::Identity& identity,
                                  std::string_view name, Response& response) {
  const records::SchemaPointer& schema = loops_[request.loop].schema;
  if (is_at_hand(request) && request.body.size() <= kMostParsedOnLoop)
    return start_call(request, identity, schema, name, request.body.memory(), nullptr, response);
  response.continue_on(http::Lane::kRead, [this, identity, schema, function = std::string(name)](
                                              const Request& same, Response& out) {
    finish(start_long_call(same, identity, schema, function, out), same, identity, out);
  });
  return {};
}

Outcome<void> Rest::start_long_call(const Request& request, const auth::Identity& identity,
                                    const records::SchemaPointer& schema, std::string_view name,
                                    Response& response) {
  const auto memory = std::make_shared<base::Budget::Lease>(
      *options_.memory, request.peer.client_key(), request.body.held_bytes());
  TRY(hold(*memory, 2 * request.body.size(),
           Wait::kForOthers));  // with the arguments that are made of it
  if (is_at_hand(request))
    return start_call(request, identity, schema, name, request.body.memory(), memory, response);
  TRY_ASSIGN(const std::string body, whole_body(request, *memory));
  TRY(hold(*memory, 2 * body.size(), Wait::kForOthers));
  return start_call(request, identity, schema, name, body, memory, response);
}

Outcome<void> Rest::start_call(const Request& request, const auth::Identity& identity,
                               const records::SchemaPointer& schema, std::string_view name,
                               std::string_view body,
                               std::shared_ptr<const base::Budget::Lease> memory,
                               Response& response) {
  TRY_ASSIGN(Rpc rpc, parse_rpc(request, body, *schema, identity.role, name));
  TRY(check_plan(rpc.options.media, identity));
  const bool reads_only = rpc.call.function->reads_only;
  if (rpc.options.media.plan && !reads_only) {
    return query::refuse(
        {406,
         "PGRST107",
         "None of these media types are available: " + rpc.options.media.content_type(),
         {},
         "Plans are told of tables, views and functions that only read."});
  }
  cap_rows(rpc.options.read, options_.max_rows);
  Timing timing(options_.server_timing, request.started_ns);
  timing.end(Timing::kParse);
  Call own{identity,
           schema,
           {nullptr, std::move(rpc.call)},
           std::move(rpc.options),
           request.head.method != http::Method::kHead,
           0,
           timing,
           memory};
  if (reads_only && memory == nullptr) return read_function(request, std::move(own), response);
  if (own.options.media.plan) return explain_on_pool(request, own, identity, response);
  const auto call = std::make_shared<const Call>(std::move(own));
  if (reads_only) return read_on_pool(request, *call, response);
  response.continue_on(
      http::Lane::kWrite,
      [this, call](const Request& same, Response& out) {
        finish(write_function(same, *call, out), same, call->identity, out);
      },
      kind_of_write(std::string(name).append("?").append(request.head.query), body.size()));
  return {};
}

Outcome<void> Rest::write_function(const Request& request, const Call& call, Response& response) {
  const std::optional<uint64_t> most = call.options.preferences.affected_limit();
  if (most && !call.target.function->function->returns_set) {
    return query::refuse(
        {400, "PGRST128",
         "Function must return SETOF or TABLE when max-affected preference is used "
         "with handling=strict"});
  }
  records::ReadOptions options = read_options(call);
  options.body_bytes = options_.body_memory_bytes;
  std::string body;
  const db::WriteHold hold(writer_, {options_.write_hold_ns, options_.read_timeout_ns});
  TRY_ASSIGN(const records::ReadResult result,
             records::write_call(*call.schema, call.identity, *call.target.function,
                                 call.options.read, options, writer_, body));
  TRY(check_affected(most, result.rows));
  TRY(describe(request, call.timing, call, result, response));
  response.undo = call.options.preferences.rolls_back();
  if (!complete(call, result, body)) return {};
  return set_held_body(response, memory_beside(request, call), std::move(body),
                       call.options.media.content_type());
}

}  // namespace prodev::rest
