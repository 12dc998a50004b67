// The OpenAPI 3.1 document of a server.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "openapi/route_paths.h"
#include "records/schema.h"

namespace prodev::openapi {

// What `role` may ask: `routes`, and of `schema` the tables, verbs and columns that it may use. As
// compact JSON, the same for the same arguments. `server_url`: where their paths begin, which may
// be relative to the document.
std::string make_document(const records::Schema& schema, std::string_view role,
                          const std::vector<RouteEntry>& routes, std::string_view server_url);

}  // namespace prodev::openapi
