#include "server/routes.h"

#include "auth/anonymous_sign_in.h"
#include "server/operations.h"

namespace prodev::server {

namespace {

using http::Access;
using http::Lane;
using http::Method;
using http::Request;
using http::Response;

constexpr http::MethodSet kRead = Method::kGet | Method::kHead;
constexpr http::MethodSet kAll =
    kRead | Method::kPost | Method::kPut | Method::kPatch | Method::kDelete | Method::kOptions;

// At /openapi.json, and where PostgREST has it.
http::Handler document(State& state) {
  return [&state](const Request& request, Response& response) {
    state.openapi->answer_document(request, response);
  };
}

http::Handler files(State& state) {
  return [&state](const Request& request, Response& response) {
    state.files->handle(request, response);
  };
}

}  // namespace

std::vector<http::Route> main_routes(State& state, const config::Settings& settings) {
  std::vector<http::Route> routes = {
      {"/healthz", kRead, Lane::kInline, Access::kPublic, "healthz",
       "200 while the process serves requests", 0, answer_health},
      {"/readyz", kRead, Lane::kBlocking, Access::kPublic, "readyz",
       "200 when the server should get traffic, 503 while it should not", 0,
       [&state](const Request&, Response& response) { answer_readiness(state, response); }},
      {"/rest/v1/*", kAll, Lane::kInline, Access::kPublic, "rest",
       "rows of tables and views, as PostgREST serves them", std::nullopt,
       [&state](const Request& request, Response& response) {
         state.rest->handle(request, response);
       },
       false,
       [&state](const Request& request, Response& response) {
         return state.rest->check_head(request, response);
       },
       true},
      {"/rest/v1/", kRead, Lane::kInline, Access::kPublic, "openapi_root",
       "the OpenAPI document, where PostgREST has it", 0, document(state)},
      {"/openapi.json", kRead, Lane::kInline, Access::kPublic, "openapi",
       "what the caller may ask, as OpenAPI 3.1", 0, document(state)},
      {"/schemas/*", kRead, Lane::kInline, Access::kPublic, "schemas",
       "the rows of a table or view, as JSON Schema", 0,
       [&state](const Request& request, Response& response) {
         state.openapi->answer_table_schema(request, response);
       }},
      {"/auth/v1/signup", Method::kPost, Lane::kInline, Access::kPublic, "auth_signup",
       "a session for somebody without an account", auth::kMaxSignInBodyBytes,
       [&state, enabled = settings.anonymous_sign_in](const Request& request, Response& response) {
         auth::answer_anonymous_sign_up(*state.issuer, enabled, request, response);
       }},
      {"/auth/v1/token", Method::kPost, Lane::kInline, Access::kPublic, "auth_token",
       "the next tokens of a session", auth::kMaxSignInBodyBytes,
       [&state](const Request& request, Response& response) {
         auth::answer_refresh(*state.issuer, request, response);
       }},
      {"/*", kRead, Lane::kInline, Access::kPublic, "static",
       "files of the static folder, over those built in", 0, files(state)},
  };
  if (settings.metrics_access != "off") {
    const Access access = settings.metrics_access == "any" ? Access::kPublic : Access::kLoopback;
    routes.push_back(
        {"/metrics", kRead, Lane::kBlocking, access, "metrics",
         "figures in the Prometheus text format", 0,
         [&state](const Request&, Response& response) { answer_metrics(state, response); }});
  }
  return routes;
}

std::vector<http::Route> redirect_routes(State& state) {
  return {
      {"/.well-known/acme-challenge/*", kRead, Lane::kInline, Access::kPublic, "acme",
       "answers to a certificate authority, from the static folder", 0, files(state)},
      {"/*", kAll, Lane::kInline, Access::kPublic, "redirect", "the same address over https",
       std::nullopt,
       [&state](const Request& request, Response& response) {
         redirect_to_https(state, request, response);
       },
       true},
  };
}

}  // namespace prodev::server
