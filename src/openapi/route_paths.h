// The paths of the route table that are not rows: health, metrics, signing in, these documents.
#pragma once

#include <string>
#include <vector>

#include "http/method.h"
#include "http/router.h"
#include "openapi/components.h"
#include "text/json_writer.h"

namespace prodev::openapi {

// What is told of a route.
struct RouteEntry {
  std::string path;
  http::MethodSet methods;
  std::string label;
  std::string summary;
  bool loopback_only = false;
};

std::vector<RouteEntry> entries_of(const std::vector<http::Route>& routes);

// Writes a path for each route that has one: those with a `*` are folders of files, or the rows.
void write_route_paths(text::JsonWriter& out, Components& components, Names& operation_names,
                       const std::vector<RouteEntry>& routes);

}  // namespace prodev::openapi
