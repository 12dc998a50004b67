// Worker: one loop's share of the server: its thread, listeners, connections and scratch space.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "http/connection.h"
#include "http/engine.h"
#include "http/loop_turns.h"
#include "http/response_head.h"
#include "net/loop.h"
#include "net/tls.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

namespace prodev::http {

class Acceptor;

// Belongs to its own thread once started; what other threads may call says so.
class Worker {
 public:
  static constexpr size_t kReadSize = 65'536;

  // `tls` may be null when no listener needs it.
  Worker(Engine& engine, size_t index, std::unique_ptr<net::Loop> loop,
         std::shared_ptr<const net::TlsContext> tls);
  ~Worker();

  // Takes a listening socket; before start().
  base::Result<void> listen(base::UniqueFd listener, const Site& site, bool tls);
  void start();
  // Thread-safe: the loop ends after what was posted before.
  void stop();
  void join();
  // Thread-safe: accept no more, let requests in hand finish, end idle connections softly.
  void drain();
  // Thread-safe: new connections use `tls`.
  void use_tls(std::shared_ptr<const net::TlsContext> tls);

  void accept(base::UniqueFd fd, const net::Address& peer, const Site& site, bool tls);
  // `connection` is destroyed once this turn of the loop is over.
  void forget(Connection& connection);

  Engine& engine() { return engine_; }
  net::Loop& loop() { return *loop_; }
  telemetry::Shard& shard() { return shard_; }
  telemetry::AccessLog& access_log() { return access_log_; }
  size_t index() const { return index_; }
  bool draining() const { return draining_; }

  // The time as it was last looked at: no later than now, and as a rule not long ago.
  int64_t seen_ns() const { return std::max(seen_ns_, loop_->now_ns()); }
  void saw_time(int64_t now_ns) { seen_ns_ = now_ns; }

  // What waits here goes on after the events that are there by then.
  LoopTurns& turns() { return turns_; }
  void wait_for_turn(Connection& connection);

  // Scratch space, used by one connection at a time and given back before its events return.
  std::string& read_buffer() { return read_buffer_; }
  std::string& write_buffer() { return write_buffer_; }
  Request& request() { return request_; }
  Response& response() { return response_; }
  std::string_view date_line();

 private:
  void refuse(int fd, int status, std::string_view message, bool tls);
  void begin_drain();
  void run_turns();

  Engine& engine_;
  const size_t index_;
  std::unique_ptr<net::Loop> loop_;
  telemetry::Shard& shard_;
  telemetry::AccessLog access_log_;
  std::shared_ptr<const net::TlsContext> tls_;
  std::vector<std::unique_ptr<Acceptor>> acceptors_;
  std::vector<std::unique_ptr<Connection>> connections_;
  bool draining_ = false;
  LoopTurns turns_;
  bool turns_posted_ = false;  // run_turns() is to run; else none waits
  int64_t seen_ns_ = 0;
  std::string read_buffer_;
  std::string write_buffer_;
  Request request_;
  Response response_;
  DateLine date_line_;
  std::thread thread_;
};

}  // namespace prodev::http
