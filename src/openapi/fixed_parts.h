// What a document says whatever the schema is: the embedded files
// packaging/templates/openapi/*.json.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace prodev::openapi {

// From components.json: an object of sections, each an object of parts.
struct FixedPart {
  std::string section;
  std::string name;
  std::string json;  // compact
};

// From routes.json: what the route table does not say of a route, by its label.
struct RouteDetails {
  std::string label;
  std::string tag = "Operations";
  std::string path;        // in the document, when it is not that of the route
  std::string parameters;  // JSON, compact; empty: none
  std::string body;        // JSON, compact; empty: none
  std::string responses = R"({"200":{"description":"Done."}})";
};

// Read once; any thread.
const std::vector<FixedPart>& fixed_parts();
// Those of a route that is not in the file say that it is an operation and answers 200.
const RouteDetails& route_details(std::string_view label);

// Whether a query parameter of the fixed parts is called so: a column of that name cannot be
// filtered by.
bool is_parameter_name(std::string_view name);

}  // namespace prodev::openapi
