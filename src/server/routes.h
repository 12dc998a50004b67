// The route table: one row for each route, in groups by listener.
#pragma once

#include <vector>

#include "config/settings.h"
#include "http/router.h"
#include "server/state.h"

namespace prodev::server {

// Routes of the main listener.
std::vector<http::Route> main_routes(State& state, const config::Settings& settings);

// Routes of the plain listener beside a TLS one: everything is sent to https, but for the files
// by which certificate authorities check a domain (RFC 8555 section 8.3).
std::vector<http::Route> redirect_routes(State& state);

}  // namespace prodev::server
