#include "server/absent_protocols.h"

#include <array>
#include <string>
#include <string_view>

#include "text/json_string.h"

namespace prodev::server {

namespace {

using http::Method;

constexpr http::MethodSet kAnyMethod =
    Method::kGet | Method::kHead | Method::kPost | Method::kPut | Method::kPatch | Method::kDelete;

// All answer 404. It is what makes supabase-js forget a session that it is to end: of a 405, and of
// all that is 500 and more, it keeps it.
struct AbsentProtocol {
  std::string_view path;  // with everything below it
  const char* label;
  std::string_view before;  // of the sentence, which is a JSON string
  std::string_view after;
  std::string_view sentence;
};

constexpr std::array<AbsentProtocol, 5> kAbsent = {{
    {"/auth/v1", "auth_absent", R"({"code":404,"error_code":"not_found","msg":)", "}",
     "this version of prodev serves POST /auth/v1/signup without an account and POST "
     "/auth/v1/token?grant_type=refresh_token, and nothing else of /auth/v1: it keeps no users and "
     "no sessions, and a client ends a session by forgetting its tokens"},
    {"/graphql/v1", "graphql_absent", R"({"errors":[{"message":)", "}]}",
     "this version of prodev does not speak GraphQL: the tables are at /rest/v1/"},
    {"/realtime/v1", "realtime_absent", R"({"error":)", "}",
     "this version of prodev has no realtime channels: ask /rest/v1/ again for what has changed"},
    {"/storage/v1", "storage_absent",
     R"({"statusCode":"404","error":"not_found","code":"NotFound","message":)", "}",
     "this version of prodev stores no files for clients: those of the project's static folder are "
     "served at /"},
    {"/functions/v1", "functions_absent", R"({"code":"NOT_FOUND","message":)", "}",
     "this version of prodev runs no edge functions: CREATE FUNCTION in a schema file makes one of "
     "SQL, at /rest/v1/rpc/NAME"},
}};

http::Route route_of(const AbsentProtocol& protocol, const char* below, const std::string& label) {
  std::string body(protocol.before);
  text::append_json_string(body, protocol.sentence);
  body.append(protocol.after).append("\n");
  http::Route route{std::string(protocol.path) + below,
                    kAnyMethod,
                    http::Lane::kInline,
                    http::Access::kPublic,
                    label,
                    "says that it is not there",
                    std::nullopt,
                    [body](const http::Request&, http::Response& response) {
                      response.status = 404;
                      response.add_header_lines("Cache-Control: no-store\r\n");
                      response.set_body(body, "application/json");
                    }};
  route.ignores_body = true;
  return route;
}

}  // namespace

std::vector<http::Route> absent_protocol_routes() {
  std::vector<http::Route> routes;
  for (const AbsentProtocol& protocol : kAbsent) {
    routes.push_back(route_of(protocol, "", std::string(protocol.label) + "_root"));
    routes.push_back(route_of(protocol, "/*", protocol.label));
  }
  return routes;
}

}  // namespace prodev::server
