// Where the server's listening sockets come from.
#pragma once

#include <string>

#include "base/result.h"
#include "config/settings.h"
#include "server/control_wire.h"

namespace prodev::server {

// From a running process (settings.takeover), from the service manager, or opened here: `loops` of
// each kind. kConflict when another process serves `data_dir` that is not to be replaced.
// REQUIRES: the start lock.
base::Result<ListeningSockets> open_sockets(const config::Settings& settings,
                                            const std::string& data_dir, size_t loops);

// Where there is no data folder yet: whether the addresses can be had, so that a start which fails
// for them leaves none.
base::Result<void> try_addresses(const config::Settings& settings);

}  // namespace prodev::server
