// Where the server's listening sockets come from.
#pragma once

#include <optional>

#include "base/result.h"
#include "config/settings.h"
#include "server/takeover.h"

namespace prodev::server {

struct OpenedSockets {
  ListeningSockets sockets;
  std::optional<Predecessor> predecessor;  // to be told to drain once this process serves
};

// From a running process (settings.takeover), from the service manager, or opened here: `loops` of
// each kind.
base::Result<OpenedSockets> open_sockets(const config::Settings& settings,
                                         const std::string& data_dir, size_t loops);

}  // namespace prodev::server
