// Site: what one listener serves: its routes, and the checks and headers common to all of them.
//
// Immutable once served; shared by all loops.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/budget.h"
#include "base/temporary_store.h"
#include "http/cors.h"
#include "http/forwarded.h"
#include "http/head.h"
#include "http/router.h"

namespace prodev::http {

struct SiteOptions {
  HeadLimits head;
  uint64_t max_body_bytes = 16'777'216;
  uint64_t body_memory_bytes = 262'144;
  // Shared with the other site, and the files with what answers rows. `memory` is of bodies as they
  // come in.
  std::shared_ptr<base::TemporaryStore> temporary = std::make_shared<base::TemporaryStore>("/tmp");
  std::shared_ptr<base::Budget> memory = std::make_shared<base::Budget>(base::Budget::Limits());
  std::string all_lines;       // header lines of every response
  std::string document_lines;  // header lines of responses that a browser may show as a document
  CorsOptions cors;
  ProxyOptions proxies;
};

struct Site {
  Site(Router site_router, SiteOptions site_options, size_t unmatched)
      : router(std::move(site_router)),
        options(std::move(site_options)),
        cors(options.cors),
        unmatched_id(unmatched) {}

  Router router;
  SiteOptions options;
  Cors cors;
  size_t unmatched_id;  // metrics of requests without a route
};

// Passes the head of a request through the gates, in order: each either lets it on or fills in the
// response. True: all let it on, and request.route is set.
bool pass_gates(const Site& site, Request& request, Response& response);

// How long the body of a request with a route may be. Of methods that give a body no meaning
// (RFC 9110 section 9.3) little is taken, only to be dropped.
uint64_t body_limit(const Site& site, const Request& request);

}  // namespace prodev::http
