// Takeover: a new process gets the listening sockets of the one that serves the same data folder,
// and asks it to drain once it serves itself.
//
// The sockets travel as SCM_RIGHTS (unix(7)) over data/control.sock, so both processes accept from
// the same queues and no connection that a client has made is ever lost. Opening the port a second
// time with SO_REUSEPORT would lose those that wait in the queue of a socket when it is closed.
//
// Wire: SOCK_SEQPACKET. The new process sends "listeners"; the answer is "listeners M R" with M
// main and R redirect sockets attached. Later it sends "drain". Each side checks the other's user.
#pragma once

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"

namespace prodev::server {

struct ListeningSockets {
  std::vector<base::UniqueFd> main;
  std::vector<base::UniqueFd> redirect;
};

// The new process's side.
class Predecessor {
 public:
  // Asks the process that serves `data_dir`. kNotFound when there is none.
  static base::Result<Predecessor> find(const std::string& data_dir);
  base::Result<ListeningSockets> take_sockets();
  // The predecessor stops accepting and finishes what it has in hand.
  base::Result<void> drain();

 private:
  explicit Predecessor(base::UniqueFd fd) : fd_(std::move(fd)) {}
  base::UniqueFd fd_;
};

// The serving process's side: a thread that waits on data/control.sock.
class ControlSocket {
 public:
  // `sockets`: descriptors that stay open for as long as this object lives; copies are made.
  // `on_drain` is called on the control thread, at most once. kConflict when another live process
  // serves `data_dir` (unless `replace`).
  static base::Result<std::unique_ptr<ControlSocket>> open(const std::string& data_dir,
                                                           const ListeningSockets& sockets,
                                                           bool replace,
                                                           std::function<void()> on_drain);
  ~ControlSocket();

  // Puts the socket in the place of what was at data/control.sock. Until then a running process
  // that is to be replaced stays reachable; call it once this process serves.
  base::Result<void> publish();

 private:
  ControlSocket(std::string data_dir, base::UniqueFd listener, ListeningSockets sockets,
                base::UniqueFd stop, base::UniqueFd lock, std::function<void()> on_drain);
  void run();
  void serve_one(int peer);
  bool send_sockets(int peer) const;

  const std::string path_;  // of the folder, with a slash
  const base::UniqueFd listener_;
  const ListeningSockets sockets_;
  const base::UniqueFd stop_;  // eventfd
  const std::function<void()> on_drain_;
  base::UniqueFd lock_;       // of the folder, until published: of several starts one wins
  bool drain_asked_ = false;  // the control thread's
  uint64_t inode_ = 0;        // of the socket file, so that a successor's is not removed
  std::thread thread_;
};

}  // namespace prodev::server
