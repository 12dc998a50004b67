// /rest/v1/rpc/NAME: calls of functions (docs.postgrest.org, Functions as RPC).
#pragma once

#include <string>
#include <string_view>

#include "http/request.h"
#include "query/api_error.h"
#include "records/call.h"
#include "records/schema.h"
#include "rest/request_options.h"

namespace prodev::rest {

// A call, and what is asked of its result.
struct Rpc {
  records::Call call;
  RequestOptions options;
};

// By GET and HEAD, parameters that are arguments of the function are its arguments and all others
// are about its result; by POST, the body has the arguments. PGRST101 for other methods; 25006 for
// GET of a function that writes; besides what records/find_function.h and rpc_arguments.h say.
query::Outcome<Rpc> parse_rpc(const http::Request& request, std::string_view body,
                              const records::Schema& schema, std::string_view role,
                              std::string_view name);

// What no arguments would mend: PGRST202 when no function is called `name`, 42501 when `role` may
// call none of them.
query::Outcome<void> check_callable(const records::Schema& schema, std::string_view role,
                                    std::string_view name);

// The methods that call a function called `name`, for OPTIONS; PGRST202 when there is none.
query::Outcome<std::string> function_methods(const records::Schema& schema, std::string_view name);

// How the result of `call` is to be written: values or objects, one or many, counted exactly.
void shape_result(const records::Call& call, records::ReadOptions& options);

// The body of a result without rows.
void fill_empty(const records::Call& call, const RequestOptions& options, std::string& body);

}  // namespace prodev::rest
