#include "net/listener.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace prodev::net {

namespace {

constexpr int kBacklog = 4096;  // the kernel lowers it to net.core.somaxconn
constexpr int kFirstInheritedFd = 3;
constexpr int kOn = 1;

base::UniqueFd make_socket(const Address& address) {
  base::UniqueFd fd(
      ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (fd) ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &kOn, sizeof kOn);
  return fd;
}

tl::unexpected<base::Error> bind_error(const Address& address, int error) {
  const std::string where = address.to_string();
  if (error == EADDRINUSE) {
    return base::fail(
        base::Code::kUnavailable,
        "address " + where +
            " is in use by another process: stop it, choose another "
            "with --listen, or, if it is prodev with the same data, take over with --takeover");
  }
  if (error == EACCES) {
    return base::fail(base::Code::kUnavailable,
                      "no permission to listen on " + where +
                          ": ports below 1024 need root or "
                          "CAP_NET_BIND_SERVICE; choose a higher port with --listen");
  }
  if (error == EADDRNOTAVAIL) {
    return base::fail(
        base::Code::kUnavailable,
        "address " + where + " is not one of this machine's: choose another with --listen");
  }
  return base::fail_errno("cannot listen on " + where, error);
}

// A plain bind fails while anybody listens there, even with SO_REUSEPORT on their side.
base::Result<void> check_unused(const Address& address) {
  if (address.port() == 0) return {};
  base::UniqueFd probe = make_socket(address);
  if (!probe) return base::fail_errno("cannot make a socket", errno);
  if (::bind(probe.get(), address.get(), address.length) != 0) return bind_error(address, errno);
  return {};
}

base::Result<base::UniqueFd> open_listener(const Address& address) {
  base::UniqueFd fd = make_socket(address);
  if (!fd) return base::fail_errno("cannot make a socket", errno);
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEPORT, &kOn, sizeof kOn);
  if (::bind(fd.get(), address.get(), address.length) != 0) return bind_error(address, errno);
  if (::listen(fd.get(), kBacklog) != 0) return bind_error(address, errno);
  return fd;
}

}  // namespace

base::Result<std::vector<base::UniqueFd>> open_listeners(const Address& address, size_t count) {
  TRY(check_unused(address));
  std::vector<base::UniqueFd> listeners;
  Address bound = address;
  while (listeners.size() < count) {
    TRY_ASSIGN(base::UniqueFd fd, open_listener(bound));
    if (listeners.empty()) bound = local_address(fd.get());  // the port chosen for port 0
    listeners.push_back(std::move(fd));
  }
  return listeners;
}

base::Result<std::vector<base::UniqueFd>> inherited_listeners() {
  std::vector<base::UniqueFd> listeners;
  const char* pid = std::getenv("LISTEN_PID");
  const char* count_text = std::getenv("LISTEN_FDS");
  if (pid == nullptr || count_text == nullptr || std::atol(pid) != ::getpid()) return listeners;
  const int count = std::atoi(count_text);
  for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) ::unsetenv(name);
  for (int fd = kFirstInheritedFd; fd < kFirstInheritedFd + count; ++fd) {
    base::UniqueFd owned(fd);
    int listening = 0;
    int type = 0;
    socklen_t size = sizeof listening;
    if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 || listening == 0 ||
        ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_STREAM) {
      return base::fail(
          base::Code::kUsage,
          "file descriptor " + std::to_string(fd) +
              " passed by socket activation is "
              "not a listening socket: set ListenStream= and Accept=no in the .socket unit");
    }
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
    listeners.push_back(std::move(owned));
  }
  return listeners;
}

void notify_service_manager(const std::string& state) {
  const char* path = std::getenv("NOTIFY_SOCKET");
  if (path == nullptr || (path[0] != '/' && path[0] != '@')) return;
  sockaddr_un address{};
  const size_t length = std::strlen(path);
  if (length >= sizeof address.sun_path) return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path, length);
  if (path[0] == '@') address.sun_path[0] = '\0';  // an abstract socket
  base::UniqueFd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!fd) return;
  ::sendto(fd.get(), state.data(), state.size(), MSG_NOSIGNAL,
           reinterpret_cast<sockaddr*>(&address),
           static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length));
}

}  // namespace prodev::net
