#include "openapi/fixed_parts.h"

#include <algorithm>
#include <array>

#include "assets/assets.h"
#include "text/json_value.h"

namespace prodev::openapi {

namespace {

using text::JsonObject;

// Of the executable itself: a test reads it.
JsonObject read_file(std::string_view path) {
  const assets::Asset* asset = assets::find(path);
  if (asset == nullptr) return {};
  return text::parse_json_object(asset->identity).value_or(JsonObject());
}

std::vector<FixedPart> read_parts() {
  std::vector<FixedPart> parts;
  for (const auto& [section, named] : read_file("packaging/templates/openapi/components.json")) {
    for (const auto& [name, part] : named.get<JsonObject>())
      parts.push_back({section, name, text::to_json(part)});
  }
  return parts;
}

RouteDetails read_details(const JsonObject& route, std::string label) {
  RouteDetails details;
  details.label = std::move(label);
  if (const auto* tag = text::find_member<std::string>(route, "tag")) details.tag = *tag;
  if (const auto* path = text::find_member<std::string>(route, "path")) details.path = *path;
  const auto read = [&](const char* key, std::string& part) {
    if (const auto found = route.find(key); found != route.end())
      part = text::to_json(found->second);
  };
  read("parameters", details.parameters);
  read("requestBody", details.body);
  read("responses", details.responses);
  return details;
}

std::vector<RouteDetails> read_routes() {
  std::vector<RouteDetails> routes;
  for (const auto& [label, route] : read_file("packaging/templates/openapi/routes.json"))
    routes.push_back(read_details(route.get<JsonObject>(), label));
  return routes;
}

}  // namespace

const std::vector<FixedPart>& fixed_parts() {
  static const std::vector<FixedPart> kParts = read_parts();
  return kParts;
}

const RouteDetails& route_details(std::string_view label) {
  static const std::vector<RouteDetails> kRoutes = read_routes();
  static const RouteDetails kPlain;
  const auto found = std::find_if(kRoutes.begin(), kRoutes.end(),
                                  [&](const RouteDetails& one) { return one.label == label; });
  return found == kRoutes.end() ? kPlain : *found;
}

bool is_parameter_name(std::string_view name) {
  static constexpr std::array<std::string_view, 11> kNames = {
      "select",  "order",  "limit",   "offset",      "and",   "or",
      "not.and", "not.or", "columns", "on_conflict", "cursor"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

}  // namespace prodev::openapi
