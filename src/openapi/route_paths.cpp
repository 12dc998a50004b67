#include "openapi/route_paths.h"

#include <algorithm>

namespace prodev::openapi {

namespace {

using http::Method;
using text::JsonWriter;

// What the route table does not say of a route, by its label. References are written without
// spaces.
struct Details {
  std::string_view label;
  std::string_view tag;
  std::string_view path;        // in the document, when it is not that of the route
  std::string_view parameters;  // JSON; empty: none
  std::string_view body;        // JSON; empty: none
  std::string_view responses;   // the members of the object
};

constexpr Details kDetails[] = {
    {"healthz", "Operations", "", "", "",
     R"("200":{"description":"It does.","content":{"application/json":{"schema":{"type":"object","properties":{"status":{"type":"string","enum":["ok"]}},"required":["status"]}}}})"},
    {"readyz", "Operations", "", "", "",
     R"("200":{"description":"It should.","content":{"application/json":{"schema":{"type":"object","properties":{"status":{"type":"string","enum":["ready"]}},"required":["status"]}}}},"503":{"$ref":"#/components/responses/unavailable"})"},
    {"metrics", "Operations", "", "", "",
     R"("200":{"description":"The figures.","content":{"text/plain":{"schema":{"type":"string"}}}})"},
    {"openapi", "Documents", "", "", "",
     R"("200":{"description":"The document, for the role of the caller.","content":{"application/openapi+json":{"schema":{"type":"object"}}}},"304":{"$ref":"#/components/responses/not-modified"},"401":{"$ref":"#/components/responses/unauthorized"})"},
    {"schemas", "Documents", "/schemas/{table}",
     R"([{"name":"table","in":"path","required":true,"description":"The name of a table or view.","schema":{"type":"string"}}])",
     "",
     R"("200":{"description":"The schema of its rows, with the columns that the caller may read.","content":{"application/schema+json":{"schema":{"type":"object"}}}},"304":{"$ref":"#/components/responses/not-modified"},"401":{"$ref":"#/components/responses/unauthorized"},"404":{"$ref":"#/components/responses/not-found"})"},
    {"auth_signup", "Sign-in", "", "",
     R"({"required":true,"content":{"application/json":{"schema":{"type":"object","properties":{"data":{"type":"object","description":"What the claim user_metadata is to hold."}}},"example":{"data":{}}}}})",
     R"("200":{"$ref":"#/components/responses/session"},"400":{"$ref":"#/components/responses/auth-refused"},"422":{"$ref":"#/components/responses/auth-refused"},"413":{"$ref":"#/components/responses/too-large"})"},
    {"auth_token", "Sign-in", "",
     R"([{"name":"grant_type","in":"query","required":true,"description":"What the body holds.","schema":{"type":"string","enum":["refresh_token"]}}])",
     R"({"required":true,"content":{"application/json":{"schema":{"type":"object","properties":{"refresh_token":{"type":"string"}},"required":["refresh_token"]}}}})",
     R"("200":{"$ref":"#/components/responses/session"},"400":{"$ref":"#/components/responses/auth-refused"},"422":{"$ref":"#/components/responses/auth-refused"},"413":{"$ref":"#/components/responses/too-large"})"},
};

// For a route that is not in the list.
constexpr Details kPlain = {"", "Operations", "", "", "", R"("200":{"description":"Done."})"};

const Details& details_of(std::string_view label) {
  const auto* const found = std::find_if(std::begin(kDetails), std::end(kDetails),
                                         [&](const Details& one) { return one.label == label; });
  return found == std::end(kDetails) ? kPlain : *found;
}

struct NamedMethod {
  Method method;
  std::string_view name;
};
constexpr NamedMethod kMethods[] = {{Method::kGet, "get"},
                                    {Method::kPut, "put"},
                                    {Method::kPost, "post"},
                                    {Method::kDelete, "delete"},
                                    {Method::kPatch, "patch"}};

std::string responses_of(const Details& details, const RouteEntry& route) {
  std::string responses(details.responses);
  const auto add = [&](std::string_view code, std::string_view component) {
    if (responses.find("\"" + std::string(code) + "\":") != std::string::npos) return;
    responses.append(",\"").append(code).append(R"(":{"$ref":"#/components/responses/)");
    responses.append(component).append("\"}");
  };
  add("400", "bad-request");
  if (route.loopback_only) add("403", "forbidden");
  return responses;
}

void write_operation(JsonWriter& out, Components& components, Names& operation_names,
                     const RouteEntry& route, std::string_view method) {
  const Details& details = details_of(route.label);
  const std::string responses = responses_of(details, route);
  out.key(method).begin_object();
  out.member("operationId", operation_names.take(std::string(method) + "_" + route.label));
  out.key("tags").begin_array().string(details.tag).end_array();
  out.member("summary", route.summary);
  if (!details.parameters.empty()) out.key("parameters").raw(details.parameters);
  if (!details.body.empty()) out.key("requestBody").raw(details.body);
  out.key("responses").raw("{" + responses + "}");
  out.end_object();
  for (const std::string_view json :
       {details.parameters, details.body, std::string_view(responses)}) {
    components.note_references(json);
  }
}

}  // namespace

std::vector<RouteEntry> entries_of(const std::vector<http::Route>& routes) {
  std::vector<RouteEntry> entries;
  for (const http::Route& route : routes) {
    entries.push_back({route.path, route.methods, route.label, route.summary,
                       route.access == http::Access::kLoopback});
  }
  return entries;
}

void write_route_paths(JsonWriter& out, Components& components, Names& operation_names,
                       const std::vector<RouteEntry>& routes) {
  for (const RouteEntry& route : routes) {
    const Details& details = details_of(route.label);
    const std::string path = details.path.empty() ? route.path : std::string(details.path);
    // The document that is also at /rest/v1/ is told of once.
    if (path.ends_with('*') || path.ends_with('/')) continue;
    out.key(path).begin_object();
    for (const NamedMethod& method : kMethods) {
      if (route.methods.contains(method.method))
        write_operation(out, components, operation_names, route, method.name);
    }
    out.end_object();
  }
}

}  // namespace prodev::openapi
