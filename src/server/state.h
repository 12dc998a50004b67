// What the routes of a server share.
#pragma once

#include <atomic>
#include <string>

#include "auth/issuer.h"
#include "db/batch_writer.h"
#include "db/write_room.h"
#include "http/static_files.h"
#include "openapi/openapi.h"
#include "rest/rest.h"
#include "telemetry/metrics.h"

namespace prodev::server {

// Outlives the engine.
struct State {
  http::StaticFiles* files = nullptr;
  telemetry::Metrics* metrics = nullptr;
  rest::Rest* rest = nullptr;
  openapi::Openapi* openapi = nullptr;
  const db::BatchWriter* writer = nullptr;
  const db::WriteRoom* room = nullptr;
  const auth::Issuer* issuer = nullptr;
  std::string data_dir;
  uint64_t min_free_bytes = 0;  // of its disk
  std::string public_url;       // of the settings
  uint16_t tls_port = 0;        // that the main listener has
  uint16_t redirect_port = 0;
  std::atomic<bool> draining{false};  // set once, by the main thread
};

}  // namespace prodev::server
