// Signals, taken in order by the main thread instead of interrupting anybody.
#pragma once

#include <csignal>

namespace prodev::server {

// Blocks SIGTERM, SIGINT and SIGHUP in this thread and those made later, and ignores SIGPIPE and
// SIGXFSZ: a write beyond the limit of a file's size fails like any other. They stay blocked: a
// signal that comes while the process ends well must not make it end badly.
class Signals {
 public:
  Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  // Blocks until one arrives.
  int wait() const;
  // Whether SIGTERM or SIGINT has arrived; takes it.
  bool stop_requested() const;

 private:
  sigset_t set_;
};

}  // namespace prodev::server
