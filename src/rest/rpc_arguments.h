// The arguments of a call to /rest/v1/rpc/NAME, from a body or from parameters.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/request.h"
#include "query/api_error.h"
#include "records/call.h"
#include "records/find_function.h"
#include "rest/query_string.h"

namespace prodev::rest {

// Takes those of `parameters` that are arguments of a function called `name`; an array's may
// repeat. What is left is about the result: filters, select and the like. One that is none of these
// counts as an argument, which no function will know.
std::vector<Parameter> take_arguments(const records::Schema& schema, std::string_view name,
                                      std::vector<Parameter>& parameters);

// What a POST brings, told by its Content-Type: an object of JSON, a form, a text or bytes. With
// `columns`, only those members of an object count. PGRST102 for a body that cannot be read.
struct CallBody {
  records::GivenArguments given;
  std::vector<Parameter> form;  // kNamed

  static query::Outcome<CallBody> read(const http::Request& request, std::string_view body,
                                       const std::optional<std::vector<std::string>>& columns);
};

// The values for `found`, each checked against its argument: 22P02, 22003 and the like.
query::Outcome<records::ArgumentValues> values_of_parameters(
    const catalog::Function& function, const std::vector<Parameter>& parameters);
query::Outcome<records::ArgumentValues> values_of_body(
    const records::FoundFunction& found, const CallBody& call, std::string_view body,
    const std::optional<std::vector<std::string>>& columns);

// Their names, sorted and each once.
std::vector<std::string> names_of(const std::vector<Parameter>& parameters);

}  // namespace prodev::rest
