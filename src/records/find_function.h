// Which function a call means, and whether the caller may call it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catalog/function.h"
#include "query/api_error.h"
#include "records/schema.h"

namespace prodev::records {

// What a call brings.
struct GivenArguments {
  enum class Form : uint8_t {
    kNamed,  // each by its name
    kJson,   // the same, as one JSON object, which may be meant for one argument as a whole
    kText,   // one text without a name
    kBytes,  // one blob without a name
  };
  Form form = Form::kNamed;
  bool one_object = false;         // kJson: it is meant for one argument as a whole
  std::vector<std::string> names;  // sorted, each once
};

struct FoundFunction {
  const catalog::Function* function = nullptr;
  bool takes_whole = false;  // its one argument is all that was given
};

// The function called `name` for these arguments (docs.postgrest.org, Functions as RPC): one that
// knows all of them and needs no others; else one with a single JSON argument without a name.
// PGRST202 with the nearest that `role` may call when there is none, PGRST203 when there are
// several.
query::Outcome<FoundFunction> find_function(const Schema& schema, std::string_view role,
                                            std::string_view name, const GivenArguments& given);

// Whether `argument` is one of any function called `name`.
bool is_argument(const Schema& schema, std::string_view name, std::string_view argument);

// 42501 when `role` may not call it.
query::Outcome<void> authorize_call(const Schema& schema, std::string_view role,
                                    const catalog::Function& function);

}  // namespace prodev::records
