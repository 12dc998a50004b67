// The composition root: puts the subsystems together, starts and stops them in order.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/settings.h"
#include "openapi/route_paths.h"

namespace prodev::server {

struct ServeOptions {
  std::string page = "/";  // of the server, that people are to open
  std::string page_is_of;  // what it shows; empty: only who is at a terminal is told of it
};

// Serves until SIGTERM or SIGINT (drains, then returns), reloading certificates on SIGHUP.
// Prints the URLs and what it did to `out`. Blocks; call once per process, from its main thread,
// before any other thread exists (it masks signals). Errors say what stopped the start:
// kUsage for a setting that cannot work, other codes for what the machine refused.
base::Result<void> serve(const config::Settings& settings, std::ostream& out,
                         const ServeOptions& options = {});

// The route table as aligned text, one route per line: methods, path, lane, access, summary.
std::string describe_routes();

// What the OpenAPI document of a server with `settings` tells of its routes.
std::vector<openapi::RouteEntry> route_entries(const config::Settings& settings);

}  // namespace prodev::server
