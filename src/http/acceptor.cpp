#include "http/acceptor.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>

#include "http/worker.h"

namespace prodev::http {

namespace {
constexpr int kAcceptsPerTurn = 64;  // then others get their turn
}

Acceptor::Acceptor(Worker& worker, const Site& site, base::UniqueFd listener, bool tls)
    : worker_(worker),
      site_(site),
      listener_(std::move(listener)),
      spare_(::open("/dev/null", O_RDONLY | O_CLOEXEC)),
      tls_(tls) {}

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
    if (errno == EMFILE || errno == ENFILE) shed_one();
    return errno == ECONNABORTED || errno == EINTR;
  }
  constexpr int kOn = 1;
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &kOn, sizeof kOn);
  worker_.accept(std::move(fd), peer, site_, tls_);
  return true;
}

// Out of descriptors: a connection left in the queue would wake the loop for ever, so one is taken
// with the spare descriptor and ended.
void Acceptor::shed_one() {
  spare_.reset();
  base::UniqueFd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)).reset();
  spare_.reset(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  worker_.shard().connections_refused.add();
  errno = EMFILE;
}

}  // namespace prodev::http
