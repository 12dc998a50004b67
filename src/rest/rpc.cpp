#include "rest/rpc.h"

#include "access/system_tables.h"
#include "records/find_function.h"
#include "rest/rpc_arguments.h"

namespace prodev::rest {

namespace {

using catalog::Function;
using http::Method;
using query::Outcome;
using records::RowFormat;

bool is_read(Method method) { return method == Method::kGet || method == Method::kHead; }

// Any number of rows have an array of their own, whatever becomes of it.
bool is_single(const records::Call& call) { return !call.function->returns_set; }

Outcome<void> check_method(const http::Request& request) {
  const Method method = request.head.method;
  if (is_read(method) || method == Method::kPost) return {};
  return query::refuse(
      {405, "PGRST101",
       "Cannot use the " + std::string(request.head.method_text) + " method on RPC"});
}

Outcome<Rpc> parse_get(const http::Request& request, const records::Schema& schema,
                       std::string_view role, std::string_view name) {
  Rpc rpc;
  TRY_ASSIGN(std::vector<Parameter> parameters, parse_query_string(request.head.query));
  const std::vector<Parameter> arguments = take_arguments(schema, name, parameters);
  records::GivenArguments given;
  given.names = names_of(arguments);
  TRY_ASSIGN(const records::FoundFunction found, records::find_function(schema, role, name, given));
  TRY(records::authorize_call(schema, role, *found.function));
  if (!found.function->reads_only) {
    return query::refuse(
        {405, "25006",
         "cannot execute function " + found.function->name + " in a read-only transaction",
         "The function writes.", "Call it by POST."});
  }
  TRY(parse_request_options(request, std::move(parameters), rpc.options));
  TRY_ASSIGN(rpc.call.arguments, values_of_parameters(*found.function, arguments));
  rpc.call.function = found.function;
  return rpc;
}

Outcome<Rpc> parse_post(const http::Request& request, std::string_view body,
                        const records::Schema& schema, std::string_view role,
                        std::string_view name) {
  Rpc rpc;
  TRY(parse_request_options(request, rpc.options));
  TRY_ASSIGN(const CallBody call, CallBody::read(request, body, rpc.options.columns));
  TRY_ASSIGN(const records::FoundFunction found,
             records::find_function(schema, role, name, call.given));
  TRY(records::authorize_call(schema, role, *found.function));
  TRY_ASSIGN(rpc.call.arguments, values_of_body(found, call, body, rpc.options.columns));
  rpc.call.function = found.function;
  return rpc;
}

}  // namespace

Outcome<Rpc> parse_rpc(const http::Request& request, std::string_view body,
                       const records::Schema& schema, std::string_view role,
                       std::string_view name) {
  TRY(check_method(request));
  if (is_read(request.head.method)) return parse_get(request, schema, role, name);
  return parse_post(request, body, schema, role, name);
}

Outcome<void> check_callable(const records::Schema& schema, std::string_view role,
                             std::string_view name) {
  const Function* denied = nullptr;
  for (const Function& function : schema.catalog->functions()) {
    if (function.name != name || function.takes_row()) continue;
    if (schema.rules->may_execute(role, function.id)) return {};
    denied = &function;
  }
  if (denied != nullptr) return records::authorize_call(schema, role, *denied);
  TRY(records::find_function(schema, role, name, {}));
  return {};
}

Outcome<std::string> function_methods(const records::Schema& schema, std::string_view name) {
  bool found = false;
  bool reads = false;
  for (const Function& function : schema.catalog->functions()) {
    if (function.name != name || function.takes_row()) continue;
    found = true;
    reads |= function.reads_only;
  }
  if (!found) TRY(records::find_function(schema, access::kAnonymousRole, name, {}));
  return std::string(reads ? "OPTIONS,GET,HEAD,POST" : "OPTIONS,POST");
}

void shape_result(const records::Call& call, records::ReadOptions& options) {
  if (is_single(call) && options.format == RowFormat::kJsonArray)
    options.format = RowFormat::kJsonObject;
  options.bare = call.returns_values();
  if (options.count != records::Count::kNone) options.count = records::Count::kExact;
}

void fill_empty(const records::Call& call, const RequestOptions& options, std::string& body) {
  if (is_single(call) && options.media.format == RowFormat::kJsonArray) body = "null";
}

}  // namespace prodev::rest
