#include "server/sockets.h"

#include <cstdlib>
#include <filesystem>

#include "net/address.h"
#include "net/listener.h"
#include "server/takeover.h"
#include "telemetry/log.h"

namespace prodev::server {

namespace {

base::Result<std::vector<base::UniqueFd>> open_at(const std::string& address, size_t count) {
  TRY_ASSIGN(const net::Address resolved, net::resolve_address(address));
  return net::open_listeners(resolved, count);
}

// A takeover keeps the address, or connections that wait in its queue would be lost.
void warn_of_other_address(const std::string& wanted, const std::vector<base::UniqueFd>& taken) {
  const std::string address = net::local_address(taken.front().get()).to_string();
  const base::Result<net::Address> resolved = net::resolve_address(wanted);
  if (resolved && (resolved->to_string() == address || resolved->port() == 0)) return;
  telemetry::log(telemetry::Level::kWarn, "a takeover keeps the address: listen is not used",
                 {{"address", address}, {"listen", wanted}});
}

base::Result<ListeningSockets> take_over(const config::Settings& settings,
                                         const std::string& data_dir, size_t loops) {
  TRY_ASSIGN(ListeningSockets sockets, take_sockets(data_dir));
  warn_of_other_address(settings.listen, sockets.main);
  // The new settings say whether plain connections are redirected, whatever the old ones said.
  if (settings.redirect_listen.empty()) {
    sockets.redirect.clear();
  } else if (sockets.redirect.empty()) {
    TRY_ASSIGN(sockets.redirect, open_at(settings.redirect_listen, loops));
  }
  return sockets;
}

}  // namespace

base::Result<ListeningSockets> open_sockets(const config::Settings& settings,
                                            const std::string& data_dir, size_t loops) {
  if (settings.takeover) return take_over(settings, data_dir, loops);
  ListeningSockets sockets;
  TRY_ASSIGN(sockets.main, net::inherited_listeners());
  if (sockets.main.empty()) {
    TRY_ASSIGN(sockets.main, open_at(settings.listen, loops));
  }
  if (!settings.redirect_listen.empty()) {
    TRY_ASSIGN(sockets.redirect, open_at(settings.redirect_listen, loops));
  }
  TRY(refuse_second_server(data_dir));
  return sockets;
}

base::Result<void> try_addresses(const config::Settings& settings) {
  std::error_code ignored;
  const bool is_made = std::filesystem::exists(config::effective_data_dir(settings), ignored);
  if (is_made || settings.takeover) return {};
  // A socket of the service manager's has this address in use.
  if (std::getenv("LISTEN_FDS") == nullptr) TRY(open_at(settings.listen, 1));
  if (!settings.redirect_listen.empty()) TRY(open_at(settings.redirect_listen, 1));
  return {};
}

}  // namespace prodev::server
