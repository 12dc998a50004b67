// What the path of a request names: /rest/v1/TABLE or /rest/v1/rpc/FUNCTION.
#pragma once

#include <string>
#include <string_view>

#include "http/request.h"

namespace prodev::rest {

struct Resource {
  std::string name;  // decoded; empty: the path names nothing that could be
  bool is_function = false;
};

// Of a path below `prefix` ("/rest/v1/"). It is cut at the slashes that were sent as such, and its
// parts are decoded then: a%2Fb is the table a/b.
Resource resource_of(const http::Request& request, std::string_view prefix);

}  // namespace prodev::rest
