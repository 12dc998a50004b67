// Acceptor: takes connections from one listening socket for one worker.
#pragma once

#include "base/result.h"
#include "base/unique_fd.h"
#include "net/loop.h"

namespace prodev::http {

class Worker;
struct Site;

class Acceptor final : public net::EventHandler {
 public:
  Acceptor(Worker& worker, const Site& site, base::UniqueFd listener, bool tls);
  ~Acceptor() override;

  base::Result<void> start();
  // Takes what is queued already, then closes the socket (the queue lives on if another process
  // holds it too).
  void stop();

  void on_events(uint32_t events) override;

 private:
  // False: nothing more is waiting.
  bool accept_one();
  void shed_one();

  Worker& worker_;
  const Site& site_;
  base::UniqueFd listener_;
  base::UniqueFd spare_;  // given up for a moment when descriptors run out
  const bool tls_;
};

}  // namespace prodev::http
