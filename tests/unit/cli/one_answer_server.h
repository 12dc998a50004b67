// A server on a free loopback port that gives each connection the same bytes and closes it.
#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>

#include "base/unique_fd.h"

namespace prodev::test {

class OneAnswerServer {
 public:
  explicit OneAnswerServer(std::string answer) : answer_(std::move(answer)) {
    listener_.reset(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int on = 1;
    setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (bind(listener_.get(), generic, size) != 0 || listen(listener_.get(), 8) != 0 ||
        getsockname(listener_.get(), generic, &size) != 0) {
      throw std::runtime_error("no port to listen on");
    }
    address_ = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    thread_ = std::thread([this] { serve(); });
  }
  ~OneAnswerServer() {
    done_ = true;
    thread_.join();
  }
  OneAnswerServer(const OneAnswerServer&) = delete;
  OneAnswerServer& operator=(const OneAnswerServer&) = delete;

  const std::string& address() const { return address_; }

 private:
  void serve() {
    while (!done_) {
      pollfd waiting{listener_.get(), POLLIN, 0};
      if (poll(&waiting, 1, 20) <= 0) continue;
      const base::UniqueFd client(accept(listener_.get(), nullptr, nullptr));
      pollfd request{client.get(), POLLIN, 0};
      std::array<char, 4096> bytes;
      if (poll(&request, 1, 5'000) <= 0) continue;
      if (recv(client.get(), bytes.data(), bytes.size(), 0) <= 0) continue;
      send(client.get(), answer_.data(), answer_.size(), MSG_NOSIGNAL);
    }
  }

  const std::string answer_;
  std::string address_;
  base::UniqueFd listener_;
  std::atomic<bool> done_{false};
  std::thread thread_;
};

}  // namespace prodev::test
