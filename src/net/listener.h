// Listening sockets: opened here, passed by systemd, or taken over from a running process.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "net/address.h"

namespace prodev::net {

// Opens `count` listening sockets on one address with SO_REUSEPORT, so that the kernel spreads
// connections over as many loops. Fails when another process listens there already: sharing a
// port by accident would send it half of the connections. Port 0 picks a free port.
base::Result<std::vector<base::UniqueFd>> open_listeners(const Address& address, size_t count);

// The sockets that systemd passed (sd_listen_fds(3)); empty when none were. Each is checked to be
// a listening stream socket and made non-blocking. Clears the environment variables.
base::Result<std::vector<base::UniqueFd>> inherited_listeners();

// sd_notify(3): tells the service manager `state`, e.g. "READY=1". Does nothing without one.
void notify_service_manager(const std::string& state);

}  // namespace prodev::net
