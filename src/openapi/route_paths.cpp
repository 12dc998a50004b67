#include "openapi/route_paths.h"

#include "openapi/fixed_parts.h"

namespace prodev::openapi {

namespace {

using http::Method;
using text::JsonWriter;

struct NamedMethod {
  Method method;
  std::string_view name;
};
constexpr NamedMethod kMethods[] = {{Method::kGet, "get"},
                                    {Method::kPut, "put"},
                                    {Method::kPost, "post"},
                                    {Method::kDelete, "delete"},
                                    {Method::kPatch, "patch"}};

// The responses of the details, and those that any route may answer.
std::string responses_of(const RouteDetails& details, const RouteEntry& route) {
  std::string responses = details.responses;
  const auto add = [&](std::string_view code, std::string_view component) {
    if (responses.find("\"" + std::string(code) + "\":") != std::string::npos) return;
    responses.pop_back();
    responses.append(",\"").append(code).append(R"(":{"$ref":"#/components/responses/)");
    responses.append(component).append("\"}}");
  };
  add("400", "bad-request");
  if (route.loopback_only) add("403", "forbidden");
  return responses;
}

void write_operation(JsonWriter& out, Components& components, Names& operation_names,
                     const RouteEntry& route, std::string_view method) {
  const RouteDetails& details = route_details(route.label);
  const std::string responses = responses_of(details, route);
  out.key(method).begin_object();
  out.member("operationId", operation_names.take(std::string(method) + "_" + route.label));
  out.key("tags").begin_array().string(details.tag).end_array();
  out.member("summary", route.summary);
  if (!details.parameters.empty()) out.key("parameters").raw(details.parameters);
  if (!details.body.empty()) out.key("requestBody").raw(details.body);
  out.key("responses").raw(responses);
  out.end_object();
  for (const std::string_view json :
       {std::string_view(details.parameters), std::string_view(details.body),
        std::string_view(responses)}) {
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
    const RouteDetails& details = route_details(route.label);
    const std::string& path = details.path.empty() ? route.path : details.path;
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
