// Metrics in the Prometheus text exposition format 0.0.4.
//
// Each thread that serves writes to a shard of its own with plain stores (no locked instructions,
// no sharing of cache lines); a scrape adds the shards up.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace prodev::telemetry {

// A number with one writing thread and any number of readers.
class Counter {
 public:
  void add(uint64_t n = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  uint64_t get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

// A histogram of durations with one writing thread.
class Histogram {
 public:
  // Upper bounds in microseconds: 100 us to 10 s.
  static constexpr std::array<int64_t, 15> kBounds_us = {
      100,    250,     500,     1'000,   2'500,     5'000,     10'000,    25'000,
      50'000, 100'000, 250'000, 500'000, 1'000'000, 2'500'000, 10'000'000};
  void observe_us(int64_t us);

  std::array<Counter, kBounds_us.size() + 1> buckets;  // not cumulative; the last is +Inf
  Counter sum_us;
};

// What is counted for one route in one shard.
struct RouteMetrics {
  Histogram duration;
  std::array<Counter, 5> by_class;  // 1xx to 5xx
  Counter response_bytes;
};

// One serving thread's numbers. Written by that thread only.
struct alignas(64) Shard {
  explicit Shard(size_t routes) : by_route(routes) {}
  std::vector<RouteMetrics> by_route;  // index: the route's id
  Counter connections_accepted, connections_closed, connections_refused;
  Counter tls_handshakes, tls_failures;
  Counter bytes_received, bytes_sent;
  Counter bad_requests;  // refused before a route was known
  Counter timeouts;
  Histogram loop_lag;  // how long a turn took: what its last event waited
};

class Metrics {
 public:
  // `routes`: the label of each route, in the order of their ids.
  explicit Metrics(std::vector<std::string> routes);

  // A new shard, owned here, for the calling thread.
  Shard& make_shard();

  // A gauge read at scrape time; `read` is called from any thread. `name` carries its unit;
  // `labels` is `a="b"` or empty.
  void add_gauge(std::string name, std::string help, std::string labels,
                 std::function<double()> read);

  // The whole exposition: HTTP by route, connections, loop lag, what was added, process figures
  // (process_cpu_seconds_total, process_resident_memory_bytes, process_open_fds, process_max_fds,
  // process_start_time_seconds), prodev_build_info, prodev_log_dropped_total.
  std::string expose() const;

 private:
  struct Reader {
    std::string name, help, labels;
    std::function<double()> read;
  };
  std::vector<std::string> routes_;
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Shard>> shards_;  // guarded by mutex_
  std::vector<Reader> readers_;                 // guarded by mutex_
};

}  // namespace prodev::telemetry
