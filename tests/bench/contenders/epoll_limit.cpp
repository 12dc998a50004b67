// The least a server can do: for whatever arrives, send fixed bytes. Its speed is the limit of the
// machine and the load generator, not a goal. It expects one whole request per read, as wrk sends.
// Usage: epoll_limit BODY_FILE THREADS. Prints "serving <url>" once it is bound.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

namespace {

[[noreturn]] void die(const char* what) {
  std::perror(what);
  std::exit(1);
}

// A listening socket of this thread; the kernel spreads connections over those on one port.
int listen_on(uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) die("bind");
  if (listen(fd, 4096) != 0) die("listen");
  return fd;
}

uint16_t port_of(int fd) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) die("getsockname");
  return ntohs(address.sin_port);
}

class Loop {
 public:
  Loop(int listener, const std::string& response)
      : listener_(listener), response_(response), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    watch(listener_, EPOLLIN, EPOLL_CTL_ADD);
  }

  [[noreturn]] void run() {
    epoll_event events[256];
    for (;;) {
      const int count = epoll_wait(epoll_, events, 256, -1);
      for (int i = 0; i < count; ++i) {
        if (events[i].data.fd == listener_) {
          accept_all();
        } else if ((events[i].events & EPOLLOUT) != 0) {
          send_from(events[i].data.fd, unsent_[events[i].data.fd]);
        } else {
          answer(events[i].data.fd);
        }
      }
    }
  }

 private:
  void watch(int fd, uint32_t what, int operation) {
    epoll_event event{};
    event.events = what;
    event.data.fd = fd;
    if (epoll_ctl(epoll_, operation, fd, &event) != 0) die("epoll_ctl");
  }

  void accept_all() {
    const int on = 1;
    for (;;) {
      const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) return;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      watch(fd, EPOLLIN, EPOLL_CTL_ADD);
    }
  }

  void answer(int fd) {
    char request[16384];
    if (recv(fd, request, sizeof request, 0) > 0) {
      send_from(fd, 0);
    } else {
      drop(fd);
    }
  }

  // Sends from this offset on; what the socket does not take waits in unsent_ for EPOLLOUT.
  void send_from(int fd, size_t offset) {
    const ssize_t sent =
        send(fd, response_.data() + offset, response_.size() - offset, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return drop(fd);
    if (sent > 0) offset += static_cast<size_t>(sent);
    const bool waiting = unsent_.count(fd) != 0;
    if (offset < response_.size()) {
      unsent_[fd] = offset;
      if (!waiting) watch(fd, EPOLLOUT, EPOLL_CTL_MOD);
    } else if (waiting) {
      unsent_.erase(fd);
      watch(fd, EPOLLIN, EPOLL_CTL_MOD);
    }
  }

  void drop(int fd) {
    unsent_.erase(fd);
    close(fd);
  }

  int listener_;
  const std::string& response_;
  int epoll_;
  std::unordered_map<int, size_t> unsent_;
};

std::string make_response(const char* body_file) {
  std::ifstream file(body_file, std::ios::binary);
  if (!file) die(body_file);
  const std::string body((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  return "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: epoll_limit BODY_FILE THREADS\n");
    return 2;
  }
  const std::string response = make_response(argv[1]);
  std::vector<int> listeners = {listen_on(0)};
  const uint16_t port = port_of(listeners[0]);
  for (long i = 1; i < std::strtol(argv[2], nullptr, 10); ++i) listeners.push_back(listen_on(port));

  std::vector<std::thread> others;
  for (size_t i = 1; i < listeners.size(); ++i) {
    others.emplace_back([&, i] { Loop(listeners[i], response).run(); });
  }
  std::printf("serving   http://127.0.0.1:%d\n", port);
  std::fflush(stdout);
  Loop(listeners[0], response).run();
}
