// The least a server can do. Its speed is the limit of the machine and the load generator, not a
// goal. It expects one whole request per read, as wrk sends, and parses nothing:
//   epoll_limit BODY_FILE THREADS       sends the same bytes whatever is asked;
//   epoll_limit --db DATABASE THREADS   takes every request for GET /rest/v1/item?id=eq.N and sends
//                                       that row as JSON, by a prepared statement per thread.
// Prints "serving <url>" once it is bound.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "item_rows.h"

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

constexpr std::string_view kJsonHead =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ";

// Answers with the row whose id follows the first "eq." of the request, or with an empty array.
class ItemResponder {
 public:
  explicit ItemResponder(const char* database)
      : select_(bench::open_database(database, false),
                "SELECT " ITEM_COLUMNS " FROM item WHERE id = ?1") {}

  std::string_view answer(std::string_view request) {
    const size_t at = request.find("eq.");
    int64_t id = 0;
    if (at != std::string_view::npos) {
      std::from_chars(request.data() + at + 3, request.data() + request.size(), id);
    }
    select_.bind(1, id);
    body_.clear();
    bench::append_items(body_, select_);
    response_.assign(kJsonHead);
    bench::append_number(response_, static_cast<int64_t>(body_.size()));
    response_ += "\r\n\r\n";
    response_ += body_;
    return response_;
  }

 private:
  bench::Statement select_;
  std::string body_;
  std::string response_;
};

// The response to a request; valid until the next call, or for ever when `outlives_call`.
struct Responder {
  std::function<std::string_view(std::string_view request)> answer;
  bool outlives_call;
};

// What a socket did not take at once. Kept by its `copy` unless the response stays where it is.
struct Unsent {
  std::string copy;
  std::string_view rest;
};

class Loop {
 public:
  Loop(int listener, Responder responder)
      : listener_(listener),
        responder_(std::move(responder)),
        epoll_(epoll_create1(EPOLL_CLOEXEC)) {
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
          send_rest(events[i].data.fd);
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
    const ssize_t size = recv(fd, request, sizeof request, 0);
    if (size <= 0) return drop(fd);
    const std::string_view response = responder_.answer({request, static_cast<size_t>(size)});
    const ssize_t sent = send(fd, response.data(), response.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return drop(fd);
    const size_t done = sent > 0 ? static_cast<size_t>(sent) : 0;
    if (done == response.size()) return;
    Unsent& unsent = unsent_[fd];
    unsent.rest = response.substr(done);
    if (!responder_.outlives_call) unsent.rest = unsent.copy = unsent.rest;
    watch(fd, EPOLLOUT, EPOLL_CTL_MOD);
  }

  // What the socket did not take at first, once it has room again.
  void send_rest(int fd) {
    std::string_view& rest = unsent_[fd].rest;
    const ssize_t sent = send(fd, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return drop(fd);
    if (sent > 0) rest.remove_prefix(static_cast<size_t>(sent));
    if (!rest.empty()) return;
    unsent_.erase(fd);
    watch(fd, EPOLLIN, EPOLL_CTL_MOD);
  }

  void drop(int fd) {
    unsent_.erase(fd);
    close(fd);
  }

  int listener_;
  Responder responder_;
  int epoll_;
  std::unordered_map<int, Unsent> unsent_;
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
  const bool has_database = argc == 4 && std::strcmp(argv[1], "--db") == 0;
  if (!has_database && argc != 3) {
    std::fprintf(stderr, "usage: epoll_limit BODY_FILE THREADS | --db DATABASE THREADS\n");
    return 2;
  }
  const std::string fixed = has_database ? "" : make_response(argv[1]);
  const auto run_loop = [&](int listener) {
    std::optional<ItemResponder> rows;
    if (has_database) rows.emplace(argv[2]);
    const auto answer = [&](std::string_view request) {
      return rows ? rows->answer(request) : std::string_view(fixed);
    };
    Loop(listener, {answer, !has_database}).run();
  };

  std::vector<int> listeners = {listen_on(0)};
  const uint16_t port = port_of(listeners[0]);
  const long threads = std::strtol(argv[argc - 1], nullptr, 10);
  for (long i = 1; i < threads; ++i) listeners.push_back(listen_on(port));

  std::vector<std::thread> others;
  for (size_t i = 1; i < listeners.size(); ++i) {
    others.emplace_back([&, i] { run_loop(listeners[i]); });
  }
  std::printf("serving   http://127.0.0.1:%d\n", port);
  std::fflush(stdout);
  run_loop(listeners[0]);
}
