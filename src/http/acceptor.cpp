#include "http/acceptor.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "http/worker.h"
#include "telemetry/log.h"

namespace prodev::http {

namespace {
constexpr int kAcceptsPerTurn = 64;  // then others get their turn
constexpr int64_t kPause_ms = 100;
}  // namespace

Acceptor::Acceptor(Worker& worker, const Site& site, base::UniqueFd listener, bool tls)
    : worker_(worker), site_(site), listener_(std::move(listener)), tls_(tls) {}

Acceptor::~Acceptor() {
  if (listener_) worker_.loop().remove(listener_.get());
}

// Exclusive: of loops that share a socket, one is woken for a connection and not all.
base::Result<void> Acceptor::start() {
  return worker_.loop().add(listener_.get(), EPOLLIN | EPOLLEXCLUSIVE, this);
}

void Acceptor::stop() {
  while (accept_one()) {
  }
  worker_.loop().remove(listener_.get());
  listener_.reset();
}

void Acceptor::on_events(uint32_t) {
  for (int i = 0; i < kAcceptsPerTurn && accept_one(); ++i) {
  }
}

bool Acceptor::accept_one() {
  net::Address peer;
  peer.length = sizeof peer.storage;
  base::UniqueFd fd(
      ::accept4(listener_.get(), peer.get(), &peer.length, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!fd) {
    if (errno == ECONNABORTED || errno == EINTR) return true;
    if (errno != EAGAIN) pause();
    return false;
  }
  constexpr int kOn = 1;
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &kOn, sizeof kOn);
  worker_.accept(std::move(fd), peer, site_, tls_);
  return true;
}

// Out of descriptors or memory: what waits in the queue would wake the loop for ever. It waits on,
// and the loop serves those it has.
void Acceptor::pause() {
  telemetry::log(telemetry::Level::kWarn, "no new connections for a moment",
                 {{"error", std::strerror(errno)}});
  worker_.loop().remove(listener_.get());
  set_deadline(worker_.loop().timers(), worker_.loop().now_ms() + kPause_ms);
}

void Acceptor::on_deadline() {
  if (!start()) set_deadline(worker_.loop().timers(), worker_.loop().now_ms() + kPause_ms);
}

}  // namespace prodev::http
