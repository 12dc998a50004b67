#include "server/takeover.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

namespace prodev::server {

namespace {

constexpr const char* kName = "control.sock";
constexpr const char* kUnpublished = "control.sock.new";
constexpr size_t kMaxSockets = 250;  // the kernel passes 253 at once
constexpr int kAnswerTimeout_ms = 5'000;
constexpr int kAcceptPause_ms = 100;

// A socket address holds 107 bytes of path; through the folder's descriptor any folder fits (but
// that takes /proc, which a bare chroot lacks).
struct SocketPath {
  base::UniqueFd folder;
  sockaddr_un address{};
};

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

// Held while control.sock is looked at and replaced, so that of several starts at once one wins.
base::Result<base::UniqueFd> lock_folder(const std::string& data_dir) {
  base::UniqueFd folder(::open(data_dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder || ::flock(folder.get(), LOCK_EX) != 0) {
    return base::fail_errno("cannot lock the data folder " + data_dir, errno);
  }
  return folder;
}

const sockaddr* generic(const SocketPath& path) {
  return reinterpret_cast<const sockaddr*>(&path.address);
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

base::UniqueFd connect_to(const SocketPath& path) {
  base::UniqueFd fd(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  if (fd && ::connect(fd.get(), generic(path), sizeof path.address) == 0 && same_user(fd.get()))
    return fd;
  return {};
}

std::vector<base::UniqueFd> received_sockets(msghdr& message) {
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

std::vector<base::UniqueFd> duplicates(const std::vector<base::UniqueFd>& sockets) {
  std::vector<base::UniqueFd> copies;
  for (const base::UniqueFd& socket : sockets) {
    base::UniqueFd copy(::fcntl(socket.get(), F_DUPFD_CLOEXEC, 0));
    if (copy) copies.push_back(std::move(copy));
  }
  return copies;
}

}  // namespace

base::Result<Predecessor> Predecessor::find(const std::string& data_dir) {
  TRY_ASSIGN(const SocketPath path, socket_path(data_dir, kName));
  base::UniqueFd fd = connect_to(path);
  if (!fd) {
    return base::fail(base::Code::kNotFound,
                      "no running prodev serves the data folder " + data_dir +
                          ", so there is nothing to take over: start without --takeover");
  }
  return Predecessor(std::move(fd));
}

base::Result<ListeningSockets> Predecessor::take_sockets() {
  constexpr std::string_view kAsk = "listeners";
  if (::send(fd_.get(), kAsk.data(), kAsk.size(), MSG_NOSIGNAL) < 0 ||
      !wait_readable(fd_.get(), kAnswerTimeout_ms)) {
    return base::fail(base::Code::kUnavailable,
                      "the running prodev does not hand over its sockets: stop it instead");
  }
  std::array<char, 64> text{};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(kMaxSockets * sizeof(int))> control{};
  iovec part{text.data(), text.size() - 1};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t n = ::recvmsg(fd_.get(), &message, MSG_CMSG_CLOEXEC);
  std::vector<base::UniqueFd> sockets =
      n > 0 ? received_sockets(message) : std::vector<base::UniqueFd>();
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

base::Result<void> Predecessor::drain() {
  constexpr std::string_view kDrain = "drain";
  if (::send(fd_.get(), kDrain.data(), kDrain.size(), MSG_NOSIGNAL) > 0) return {};
  return base::fail_errno("cannot ask the running prodev to drain: stop it by hand", errno);
}

base::Result<std::unique_ptr<ControlSocket>> ControlSocket::open(const std::string& data_dir,
                                                                 const ListeningSockets& sockets,
                                                                 bool replace,
                                                                 std::function<void()> on_drain) {
  TRY_ASSIGN(const SocketPath published, socket_path(data_dir, kName));
  TRY_ASSIGN(const SocketPath path, socket_path(data_dir, kUnpublished));
  TRY_ASSIGN(base::UniqueFd lock, lock_folder(data_dir));
  if (!replace && connect_to(published)) {
    return base::fail(base::Code::kConflict,
                      "another prodev serves the data folder " + data_dir +
                          ": stop it, choose another with --data, or use --takeover");
  }
  ::unlink(path.address.sun_path);  // of a start that did not come to its end
  base::UniqueFd listener(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  base::UniqueFd stop(::eventfd(0, EFD_CLOEXEC));
  if (!listener || !stop || ::bind(listener.get(), generic(path), sizeof path.address) != 0 ||
      ::chmod(path.address.sun_path, 0600) != 0 || ::listen(listener.get(), 64) != 0) {
    return base::fail_errno("cannot make " + data_dir + "/control.sock", errno);
  }
  ListeningSockets copies{duplicates(sockets.main), duplicates(sockets.redirect)};
  return std::unique_ptr<ControlSocket>(new ControlSocket(data_dir, std::move(listener),
                                                          std::move(copies), std::move(stop),
                                                          std::move(lock), std::move(on_drain)));
}

ControlSocket::ControlSocket(std::string data_dir, base::UniqueFd listener,
                             ListeningSockets sockets, base::UniqueFd stop, base::UniqueFd lock,
                             std::function<void()> on_drain)
    : path_(std::move(data_dir) + "/"),
      listener_(std::move(listener)),
      sockets_(std::move(sockets)),
      stop_(std::move(stop)),
      on_drain_(std::move(on_drain)),
      lock_(std::move(lock)) {
  struct stat info {};
  if (::stat((path_ + kUnpublished).c_str(), &info) == 0) inode_ = info.st_ino;
  thread_ = std::thread([this] { run(); });
}

base::Result<void> ControlSocket::publish() {
  // What is replaced was left by a process that is gone, or about to go.
  if (::rename((path_ + kUnpublished).c_str(), (path_ + kName).c_str()) != 0) {
    return base::fail_errno("cannot make " + path_ + kName, errno);
  }
  lock_.reset();
  return {};
}

ControlSocket::~ControlSocket() {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t n = ::write(stop_.get(), &one, sizeof one);
  thread_.join();
  for (const char* name : {kName, kUnpublished}) {
    struct stat info {};
    const std::string path = path_ + name;
    if (::stat(path.c_str(), &info) == 0 && info.st_ino == inode_) ::unlink(path.c_str());
  }
}

void ControlSocket::run() {
  for (;;) {
    std::array<pollfd, 2> waiting{{{listener_.get(), POLLIN, 0}, {stop_.get(), POLLIN, 0}}};
    if (::poll(waiting.data(), waiting.size(), -1) < 0 && errno != EINTR) return;
    if (waiting[1].revents != 0) return;
    if (waiting[0].revents == 0) continue;
    const base::UniqueFd peer(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!peer) ::poll(&waiting[1], 1, kAcceptPause_ms);  // out of descriptors: not at full speed
    if (peer && same_user(peer.get())) serve_one(peer.get());
  }
}

void ControlSocket::serve_one(int peer) {
  for (;;) {
    std::array<pollfd, 2> waiting{{{peer, POLLIN, 0}, {stop_.get(), POLLIN, 0}}};
    if (::poll(waiting.data(), waiting.size(), 60'000) <= 0 || waiting[1].revents != 0) return;
    std::array<char, 64> text{};
    const ssize_t n = ::recv(peer, text.data(), text.size(), 0);
    if (n <= 0) return;
    const std::string_view message(text.data(), static_cast<size_t>(n));
    if (message == "drain" && !drain_asked_) {
      drain_asked_ = true;
      on_drain_();
    }
    if (message != "listeners" || !send_sockets(peer)) return;
  }
}

bool ControlSocket::send_sockets(int peer) const {
  std::vector<int> fds;
  for (const base::UniqueFd& socket : sockets_.main) fds.push_back(socket.get());
  for (const base::UniqueFd& socket : sockets_.redirect) fds.push_back(socket.get());
  if (fds.size() > kMaxSockets) return false;
  std::string text = "listeners " + std::to_string(sockets_.main.size()) + " " +
                     std::to_string(sockets_.redirect.size());
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
  return ::sendmsg(peer, &message, MSG_NOSIGNAL) > 0;
}

}  // namespace prodev::server
