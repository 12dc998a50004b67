// Acceptor: takes connections from one listening socket for one worker.
#pragma once

#include "base/result.h"
#include "base/unique_fd.h"
#include "net/loop.h"
#include "net/timer_wheel.h"

namespace prodev::http {

class Worker;
struct Site;

class Acceptor final : public net::EventHandler, private net::Timer {
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
  void pause();
  void on_deadline() override;

  Worker& worker_;
  const Site& site_;
  base::UniqueFd listener_;
  const bool tls_;
};

}  // namespace prodev::http
