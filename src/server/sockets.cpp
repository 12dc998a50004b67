#include "server/sockets.h"

#include "net/address.h"
#include "net/listener.h"
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

base::Result<OpenedSockets> take_over(const config::Settings& settings, const std::string& data_dir,
                                      size_t loops) {
  OpenedSockets opened;
  TRY_ASSIGN(Predecessor predecessor, Predecessor::find(data_dir));
  TRY_ASSIGN(opened.sockets, predecessor.take_sockets());
  opened.predecessor = std::move(predecessor);
  warn_of_other_address(settings.listen, opened.sockets.main);
  // The new settings say whether plain connections are redirected, whatever the old ones said.
  if (settings.redirect_listen.empty()) {
    opened.sockets.redirect.clear();
  } else if (opened.sockets.redirect.empty()) {
    TRY_ASSIGN(opened.sockets.redirect, open_at(settings.redirect_listen, loops));
  }
  return opened;
}

}  // namespace

base::Result<OpenedSockets> open_sockets(const config::Settings& settings,
                                         const std::string& data_dir, size_t loops) {
  if (settings.takeover) return take_over(settings, data_dir, loops);
  OpenedSockets opened;
  TRY_ASSIGN(opened.sockets.main, net::inherited_listeners());
  if (opened.sockets.main.empty()) {
    TRY_ASSIGN(opened.sockets.main, open_at(settings.listen, loops));
  }
  if (!settings.redirect_listen.empty()) {
    TRY_ASSIGN(opened.sockets.redirect, open_at(settings.redirect_listen, loops));
  }
  return opened;
}

}  // namespace prodev::server
