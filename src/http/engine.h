// Engine: the HTTP server: one worker per loop, the lanes, and what they share.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "http/connection_limits.h"
#include "http/lanes.h"
#include "http/site.h"
#include "net/tls.h"
#include "telemetry/metrics.h"

namespace prodev::http {

class Worker;

struct EngineOptions {
  size_t loops = 1;
  size_t blocking_threads = 4;
  size_t read_threads = 16;
  size_t queue_length = 1'024;
  int64_t head_timeout_ms = 10'000;
  int64_t body_timeout_ms = 30'000;
  int64_t idle_timeout_ms = 75'000;
  int64_t write_timeout_ms = 30'000;
  uint64_t min_transfer_rate = 4'096;  // bytes in a second, where a client holds room; 0: any
  size_t output_buffer_bytes = 262'144;
  size_t max_connections = 16'384;
  size_t max_connections_per_client = 1'024;
  bool access_log = true;
  std::vector<text::IpNetwork> proxies;  // that max_connections_per_client does not hold for
};

// Sockets that listen for one site.
struct Listening {
  std::vector<base::UniqueFd> sockets;  // spread over the loops
  const Site* site = nullptr;           // outlives the engine
  bool tls = false;
};

class Engine {
 public:
  // `metrics` outlives the engine.
  Engine(const EngineOptions& options, telemetry::Metrics& metrics,
         BatchRunner write_runner = run_each);
  // Stops at once what has not been drained.
  ~Engine();

  // Starts the threads. kUnavailable when the machine refuses (descriptors, memory).
  base::Result<void> start(std::vector<Listening> listening,
                           const std::shared_ptr<const net::TlsContext>& tls);

  // New connections use `tls`; those that are open keep theirs. Any thread.
  void use_tls(const std::shared_ptr<const net::TlsContext>& tls);

  // Stops accepting and lets requests in hand finish. Returns when no connection is left, or after
  // `timeout`, or when `give_up` says so. True: none was cut off. Any thread but the workers'.
  bool drain(std::chrono::milliseconds timeout, const std::function<bool()>& give_up);

  // A worker accepts no more. Any thread.
  void note_draining() { draining_workers_.fetch_add(1, std::memory_order_release); }

  const EngineOptions& options() const { return options_; }
  telemetry::Metrics& metrics() { return metrics_; }
  ConnectionLimits& limits() { return limits_; }
  WriteLane& write_lane() { return *write_lane_; }
  PoolLane& read_lane() { return *read_lane_; }
  PoolLane& blocking_lane() { return *blocking_lane_; }

 private:
  const EngineOptions options_;
  telemetry::Metrics& metrics_;
  ConnectionLimits limits_;
  std::atomic<size_t> draining_workers_{0};
  std::vector<std::unique_ptr<Worker>> workers_;
  std::unique_ptr<WriteLane> write_lane_;
  std::unique_ptr<PoolLane> read_lane_;
  std::unique_ptr<PoolLane> blocking_lane_;
};

}  // namespace prodev::http
