#include "server/control_wire.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace prodev::server::control {

namespace {

constexpr size_t kMaxSockets = 250;  // the kernel passes 253 at once

std::vector<base::UniqueFd> attached_sockets(msghdr& message) {
  std::vector<base::UniqueFd> sockets;
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
       part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(part) + i * sizeof(int), sizeof fd);
      sockets.emplace_back(fd);
    }
  }
  return sockets;
}

// connect(2) to a socket whose backlog is full waits for as long as sends may.
void limit_sends(int fd) {
  const timeval limit{kSilence_ms / 1'000, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

}  // namespace

base::Result<SocketPath> socket_path(const std::string& data_dir, const std::string& name) {
  SocketPath path;
  path.folder.reset(::open(data_dir.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!path.folder) return base::fail_errno("cannot open the data folder " + data_dir, errno);
  path.address.sun_family = AF_UNIX;
  std::string text = data_dir + "/" + name;
  if (text.size() >= sizeof path.address.sun_path) {
    text = "/proc/self/fd/" + std::to_string(path.folder.get()) + "/" + name;
  }
  std::memcpy(path.address.sun_path, text.c_str(), text.size() + 1);
  return path;
}

base::Result<base::UniqueFd> connect_to_owner(const std::string& data_dir) {
  TRY_ASSIGN(const SocketPath path, socket_path(data_dir, kName));
  base::UniqueFd fd(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  if (!fd) return base::fail_errno("cannot make a socket", errno);
  limit_sends(fd.get());
  if (::connect(fd.get(), path.generic(), sizeof path.address) != 0) {
    // A socket that a killed process has left refuses.
    if (errno == ENOENT || errno == ECONNREFUSED) {
      return base::fail(base::Code::kNotFound,
                        "no running prodev serves the data folder " + data_dir);
    }
    return base::fail_errno("the prodev that serves the data folder " + data_dir +
                                " does not answer at its control.sock",
                            errno);
  }
  if (same_user(fd.get())) return fd;
  return base::fail(base::Code::kForbidden,
                    "the prodev that serves the data folder " + data_dir +
                        " runs as another user: run this command as that user");
}

bool same_user(int fd) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  return peer.uid == ::geteuid() || peer.uid == 0;
}

bool wait_readable(int fd, int timeout_ms) {
  pollfd waiting{fd, POLLIN, 0};
  return ::poll(&waiting, 1, timeout_ms) == 1;
}

bool send_message(int peer, std::string_view text) {
  return ::send(peer, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT) > 0;
}

bool send_sockets(int peer, const ListeningSockets& sockets) {
  std::vector<int> fds;
  for (const base::UniqueFd& socket : sockets.main) fds.push_back(socket.get());
  for (const base::UniqueFd& socket : sockets.redirect) fds.push_back(socket.get());
  if (fds.size() > kMaxSockets) return false;
  std::string text = "listeners " + std::to_string(sockets.main.size()) + " " +
                     std::to_string(sockets.redirect.size());
  alignas(cmsghdr) std::array<char, CMSG_SPACE(kMaxSockets * sizeof(int))> control{};
  iovec part{text.data(), text.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = CMSG_SPACE(fds.size() * sizeof(int));
  cmsghdr* rights = CMSG_FIRSTHDR(&message);
  rights->cmsg_level = SOL_SOCKET;
  rights->cmsg_type = SCM_RIGHTS;
  rights->cmsg_len = CMSG_LEN(fds.size() * sizeof(int));
  std::memcpy(CMSG_DATA(rights), fds.data(), fds.size() * sizeof(int));
  return ::sendmsg(peer, &message, MSG_NOSIGNAL | MSG_DONTWAIT) > 0;
}

base::Result<ListeningSockets> receive_sockets(int peer) {
  std::array<char, 64> text{};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(kMaxSockets * sizeof(int))> control{};
  iovec part{text.data(), text.size() - 1};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t n = ::recvmsg(peer, &message, MSG_CMSG_CLOEXEC);
  std::vector<base::UniqueFd> sockets =
      n > 0 ? attached_sockets(message) : std::vector<base::UniqueFd>();
  size_t main_count = 0;
  size_t redirect_count = 0;
  if (std::sscanf(text.data(), "listeners %zu %zu", &main_count, &redirect_count) != 2 ||
      main_count == 0 || main_count + redirect_count != sockets.size()) {
    return base::fail(base::Code::kUnavailable,
                      "the running prodev answered a takeover in an unknown way: stop it instead");
  }
  ListeningSockets result;
  for (size_t i = 0; i < sockets.size(); ++i) {
    (i < main_count ? result.main : result.redirect).push_back(std::move(sockets[i]));
  }
  return result;
}

}  // namespace prodev::server::control
