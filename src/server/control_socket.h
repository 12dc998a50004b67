// ControlSocket: data/control.sock of a serving process, where a successor finds it.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "server/control_wire.h"

namespace prodev::server {

// A thread that answers every peer as it asks, so that a silent one holds up nobody: who asks
// nothing is given up after control::kSilence_ms, who has the sockets may take its time.
class ControlSocket {
 public:
  // `sockets`: copies are made. `on_drain` is called on the control thread, at most once.
  // REQUIRES: the start lock of `data_dir`, until publish() has returned.
  static base::Result<std::unique_ptr<ControlSocket>> open(const std::string& data_dir,
                                                           const ListeningSockets& sockets,
                                                           std::function<void()> on_drain);
  // Where a successor has asked for the drain, waits until that one needs this process no longer.
  ~ControlSocket();

  // Puts the socket at data/control.sock, in the place of what a process left that is gone.
  base::Result<void> publish();

  // Whether a successor has asked this process to drain. Any thread.
  bool replaced() const { return replaced_.load(std::memory_order_acquire); }

 private:
  struct Peer {
    base::UniqueFd fd;
    int64_t deadline_ms = 0;  // 0: none
  };
  ControlSocket(std::string data_dir, base::UniqueFd listener, ListeningSockets sockets,
                base::UniqueFd stop, std::function<void()> on_drain);
  void run();
  void accept_peer();
  bool serve(Peer& peer);
  void begin_drain(base::UniqueFd successor);
  void remove_file() const;

  const std::string path_;     // of the folder, with a slash
  const base::UniqueFd stop_;  // eventfd
  const std::function<void()> on_drain_;
  std::atomic<bool> replaced_{false};
  uint64_t inode_ = 0;  // of the socket file, so that no other's is removed
  // Of the control thread from here on.
  base::UniqueFd listener_;
  ListeningSockets sockets_;
  std::vector<Peer> peers_;
  base::UniqueFd successor_;
  std::thread thread_;
};

}  // namespace prodev::server
