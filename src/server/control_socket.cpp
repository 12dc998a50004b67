#include "server/control_socket.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/clock.h"

namespace prodev::server {

namespace {

constexpr const char* kUnpublished = "control.sock.new";
constexpr size_t kMaxPeers = 64;
constexpr int kTurn_ms = 1'000;  // how late a silent peer may be given up
constexpr int kAcceptPause_ms = 100;

std::vector<base::UniqueFd> duplicates(const std::vector<base::UniqueFd>& sockets) {
  std::vector<base::UniqueFd> copies;
  for (const base::UniqueFd& socket : sockets) {
    base::UniqueFd copy(::fcntl(socket.get(), F_DUPFD_CLOEXEC, 0));
    if (copy) copies.push_back(std::move(copy));
  }
  return copies;
}

}  // namespace

base::Result<std::unique_ptr<ControlSocket>> ControlSocket::open(const std::string& data_dir,
                                                                 const ListeningSockets& sockets,
                                                                 std::function<void()> on_drain) {
  TRY_ASSIGN(const control::SocketPath path, control::socket_path(data_dir, kUnpublished));
  ::unlink(path.address.sun_path);  // of a start that did not come to its end
  base::UniqueFd listener(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  base::UniqueFd stop(::eventfd(0, EFD_CLOEXEC));
  if (!listener || !stop || ::bind(listener.get(), path.generic(), sizeof path.address) != 0 ||
      ::chmod(path.address.sun_path, 0600) != 0 || ::listen(listener.get(), kMaxPeers) != 0) {
    return base::fail_errno("cannot make " + data_dir + "/control.sock", errno);
  }
  ListeningSockets copies{duplicates(sockets.main), duplicates(sockets.redirect)};
  return std::unique_ptr<ControlSocket>(new ControlSocket(
      data_dir, std::move(listener), std::move(copies), std::move(stop), std::move(on_drain)));
}

ControlSocket::ControlSocket(std::string data_dir, base::UniqueFd listener,
                             ListeningSockets sockets, base::UniqueFd stop,
                             std::function<void()> on_drain)
    : path_(std::move(data_dir) + "/"),
      stop_(std::move(stop)),
      on_drain_(std::move(on_drain)),
      listener_(std::move(listener)),
      sockets_(std::move(sockets)) {
  struct stat info {};
  if (::stat((path_ + kUnpublished).c_str(), &info) == 0) inode_ = info.st_ino;
  thread_ = std::thread([this] { run(); });
}

base::Result<void> ControlSocket::publish() {
  if (::rename((path_ + kUnpublished).c_str(), (path_ + control::kName).c_str()) == 0) return {};
  return base::fail_errno("cannot make " + path_ + control::kName, errno);
}

ControlSocket::~ControlSocket() {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t n = ::write(stop_.get(), &one, sizeof one);
  thread_.join();
  if (!replaced()) remove_file();
}

void ControlSocket::remove_file() const {
  for (const char* name : {control::kName, kUnpublished}) {
    struct stat info {};
    const std::string path = path_ + name;
    if (::stat(path.c_str(), &info) == 0 && info.st_ino == inode_) ::unlink(path.c_str());
  }
}

void ControlSocket::run() {
  for (;;) {
    std::vector<pollfd> waiting = {{stop_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
    for (const Peer& peer : peers_) waiting.push_back({peer.fd.get(), POLLIN, 0});
    const bool patient = std::none_of(peers_.begin(), peers_.end(),
                                      [](const Peer& peer) { return peer.deadline_ms != 0; });
    if (::poll(waiting.data(), waiting.size(), patient ? -1 : kTurn_ms) < 0 && errno != EINTR)
      return;
    if (waiting[0].revents != 0) break;
    const int64_t now_ms = base::monotonic_ms();
    std::vector<Peer> kept;
    for (size_t i = 0; i < peers_.size(); ++i) {
      Peer& peer = peers_[i];
      const bool asks = waiting[2 + i].revents != 0;
      const bool gone = asks ? !serve(peer) : peer.deadline_ms != 0 && now_ms > peer.deadline_ms;
      if (!gone) kept.push_back(std::move(peer));
    }
    peers_ = std::move(kept);
    if (waiting[1].revents != 0 && listener_) accept_peer();
  }
  peers_.clear();  // who still hopes for an answer need not wait for the successor
  if (successor_) (void)control::wait_readable(successor_.get(), control::kSilence_ms);
}

void ControlSocket::accept_peer() {
  base::UniqueFd peer(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!peer) {  // out of descriptors: not at full speed
    (void)control::wait_readable(stop_.get(), kAcceptPause_ms);
    return;
  }
  if (!control::same_user(peer.get())) return;
  if (peers_.size() >= kMaxPeers) peers_.erase(peers_.begin());
  peers_.push_back({std::move(peer), base::monotonic_ms() + control::kSilence_ms});
}

// False: nothing more is said to this peer.
bool ControlSocket::serve(Peer& peer) {
  std::array<char, 64> text{};
  const ssize_t n = ::recv(peer.fd.get(), text.data(), text.size(), 0);
  if (n <= 0 || replaced()) return false;
  const std::string_view message(text.data(), static_cast<size_t>(n));
  if (message == control::kAskDrain) {
    // It may have waited in vain, while this process was stopped, and serve nothing.
    if (control::send_message(peer.fd.get(), control::kDraining)) begin_drain(std::move(peer.fd));
    return false;
  }
  peer.deadline_ms = 0;  // its start may take as long as it takes
  return message == control::kAskListeners && control::send_sockets(peer.fd.get(), sockets_);
}

void ControlSocket::begin_drain(base::UniqueFd successor) {
  remove_file();  // before the listener is closed: who finds nothing there puts its own
  replaced_.store(true, std::memory_order_release);
  listener_.reset();
  sockets_ = {};
  successor_ = std::move(successor);
  on_drain_();
}

}  // namespace prodev::server
