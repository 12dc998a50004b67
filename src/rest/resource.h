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

// The URL of what is at `path` and `query`, relative to itself and the same however the parameters
// were ordered: </rest/v1/t?b=eq.1&a=eq.2> is <t?a=eq.2&b=eq.1>. Those of one name keep their
// order.
std::string canonical_location(std::string_view path, std::string_view query);

}  // namespace prodev::rest
