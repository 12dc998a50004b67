#include "openapi/fixed_parts.h"

#include <algorithm>
#include <array>

#include "assets/assets.h"
#include "text/json_reader.h"

namespace prodev::openapi {

namespace {

using text::JsonReader;

JsonReader reader_of(std::string_view path) {
  const assets::Asset* asset = assets::find(path);
  return JsonReader(asset == nullptr ? "{}" : asset->identity);
}

std::vector<FixedPart> read_parts() {
  std::vector<FixedPart> parts;
  JsonReader reader = reader_of("packaging/templates/openapi/components.json");
  std::string section, name;
  reader.begin_object();
  while (reader.next_member(section)) {
    reader.begin_object();
    while (reader.next_member(name)) parts.push_back({section, name, compact(reader.read_raw())});
  }
  return parts;
}

// The member of `details` that `key` names; nullptr: none.
std::string* part_of(RouteDetails& details, std::string_view key) {
  if (key == "parameters") return &details.parameters;
  if (key == "requestBody") return &details.body;
  return key == "responses" ? &details.responses : nullptr;
}

RouteDetails read_details(JsonReader& reader, std::string label) {
  RouteDetails details;
  details.label = std::move(label);
  std::string key;
  reader.begin_object();
  while (reader.next_member(key)) {
    if (key == "tag") {
      reader.read_string(details.tag);
    } else if (key == "path") {
      reader.read_string(details.path);
    } else if (std::string* part = part_of(details, key)) {
      *part = compact(reader.read_raw());
    } else {
      reader.read_raw();
    }
  }
  return details;
}

std::vector<RouteDetails> read_routes() {
  std::vector<RouteDetails> routes;
  JsonReader reader = reader_of("packaging/templates/openapi/routes.json");
  std::string label;
  reader.begin_object();
  while (reader.next_member(label)) routes.push_back(read_details(reader, label));
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

std::string compact(std::string_view json) {
  std::string out;
  bool in_string = false;
  bool escaped = false;
  for (const char c : json) {
    const bool space = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (in_string || !space) out += c;
    if (c == '"' && !escaped) in_string = !in_string;
    escaped = in_string && c == '\\' && !escaped;
  }
  return out;
}

}  // namespace prodev::openapi
