// The routes that operators and their tools call.
#pragma once

#include "http/request.h"
#include "http/response.h"
#include "server/state.h"

namespace prodev::server {

void answer_health(const http::Request& request, http::Response& response);

// Looks at the disk: for the blocking lane.
void answer_readiness(const State& state, http::Response& response);

void answer_metrics(const State& state, http::Response& response);

// 308, so that the method and body stay.
void redirect_to_https(const State& state, const http::Request& request, http::Response& response);

}  // namespace prodev::server
