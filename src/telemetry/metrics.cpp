#include "telemetry/metrics.h"

#include <algorithm>

#include "base/build_info.h"
#include "telemetry/exposition.h"
#include "telemetry/log.h"
#include "telemetry/process_figures.h"

namespace prodev::telemetry {
namespace {

using Shards = std::vector<std::unique_ptr<Shard>>;

// One histogram, added up over the shards.
struct HistogramSum {
  std::array<uint64_t, Histogram::kBounds_us.size() + 1> buckets{};
  uint64_t sum_us = 0;

  void add(const Histogram& part) {
    for (size_t i = 0; i < buckets.size(); ++i) buckets[i] += part.buckets[i].get();
    sum_us += part.sum_us.get();
  }
};

// The count is what the buckets add up to, so that it always equals the one of +Inf although the
// threads go on counting meanwhile.
void write_histogram(Exposition& out, std::string_view name, std::string_view labels,
                     const HistogramSum& sum) {
  const std::string prefix = labels.empty() ? std::string() : std::string(labels) + ",";
  const std::string bucket = std::string(name) + "_bucket";
  uint64_t count = 0;
  for (size_t i = 0; i < sum.buckets.size(); ++i) {
    count += sum.buckets[i];
    const bool last = i == Histogram::kBounds_us.size();
    const std::string bound =
        last ? "+Inf" : number_text(static_cast<double>(Histogram::kBounds_us[i]) / 1e6);
    out.sample(bucket, prefix + label("le", bound), static_cast<double>(count));
  }
  out.sample(std::string(name) + "_sum", labels, static_cast<double>(sum.sum_us) / 1e6);
  out.sample(std::string(name) + "_count", labels, static_cast<double>(count));
}

void write_durations(Exposition& out, const std::vector<std::string>& routes,
                     const Shards& shards) {
  constexpr std::string_view kName = "http_request_duration_seconds";
  out.family(kName, "Time from a request's head being read to its response being made.",
             "histogram");
  for (size_t route = 0; route < routes.size(); ++route) {
    HistogramSum sum;
    for (const auto& shard : shards) sum.add(shard->by_route[route].duration);
    write_histogram(out, kName, label("route", routes[route]), sum);
  }
}

void write_requests(Exposition& out, const std::vector<std::string>& routes, const Shards& shards) {
  constexpr std::array<std::string_view, 5> kClasses = {"1xx", "2xx", "3xx", "4xx", "5xx"};
  out.family("http_requests_total", "Requests answered, by route and class of status.", "counter");
  for (size_t route = 0; route < routes.size(); ++route) {
    for (size_t i = 0; i < kClasses.size(); ++i) {
      uint64_t sum = 0;
      for (const auto& shard : shards) sum += shard->by_route[route].by_class[i].get();
      const std::string labels = label("route", routes[route]) + "," + label("code", kClasses[i]);
      out.sample("http_requests_total", labels, static_cast<double>(sum));
    }
  }
  out.family("http_response_bytes_total", "Bytes of response bodies, by route.", "counter");
  for (size_t route = 0; route < routes.size(); ++route) {
    uint64_t sum = 0;
    for (const auto& shard : shards) sum += shard->by_route[route].response_bytes.get();
    out.sample("http_response_bytes_total", label("route", routes[route]),
               static_cast<double>(sum));
  }
}

struct ShardCounter {
  std::string_view name, help;
  Counter Shard::*counter;
};

constexpr ShardCounter kShardCounters[] = {
    {"prodev_connections_accepted_total", "Connections accepted.", &Shard::connections_accepted},
    {"prodev_connections_closed_total", "Accepted connections that have ended.",
     &Shard::connections_closed},
    {"prodev_connections_refused_total", "Connections turned away because a limit was reached.",
     &Shard::connections_refused},
    {"prodev_tls_handshakes_total", "TLS handshakes completed.", &Shard::tls_handshakes},
    {"prodev_tls_failures_total", "TLS handshakes that failed.", &Shard::tls_failures},
    {"prodev_received_bytes_total", "Bytes received from clients.", &Shard::bytes_received},
    {"prodev_sent_bytes_total", "Bytes sent to clients.", &Shard::bytes_sent},
    {"prodev_bad_requests_total", "Requests refused before a route was known.",
     &Shard::bad_requests},
    {"prodev_timeouts_total",
     "Connections ended because a deadline passed or others needed their room.", &Shard::timeouts},
};

uint64_t sum_of(const Shards& shards, Counter Shard::*counter) {
  uint64_t sum = 0;
  for (const auto& shard : shards) sum += (*shard.*counter).get();
  return sum;
}

void write_connections(Exposition& out, const Shards& shards) {
  for (const ShardCounter& row : kShardCounters) {
    out.single(row.name, row.help, "counter", static_cast<double>(sum_of(shards, row.counter)));
  }
  const uint64_t closed = sum_of(shards, &Shard::connections_closed);
  const uint64_t accepted = sum_of(shards, &Shard::connections_accepted);
  out.single("prodev_connections", "Connections that are open.", "gauge",
             static_cast<double>(accepted - std::min(accepted, closed)));
  HistogramSum lag;
  for (const auto& shard : shards) lag.add(shard->loop_lag);
  out.family("prodev_loop_lag_seconds",
             "How long the turns of a loop took: what the last event of each waited.", "histogram");
  write_histogram(out, "prodev_loop_lag_seconds", "", lag);
}

void write_process(Exposition& out) {
  const ProcessFigures figures = read_process_figures();
  out.single("process_cpu_seconds_total", "User and system CPU time spent.", "counter",
             figures.cpu_seconds);
  out.single("process_resident_memory_bytes", "Resident memory.", "gauge", figures.resident_bytes);
  out.single("process_open_fds", "Open file descriptors.", "gauge", figures.open_fds);
  out.single("process_max_fds", "Largest number of open file descriptors.", "gauge",
             figures.max_fds);
  out.single("process_start_time_seconds", "Start of the process in Unix time.", "gauge",
             figures.start_time_seconds);
}

void write_build(Exposition& out) {
  const std::string labels = label("version", base::version()) + "," +
                             label("commit", base::commit()) + "," +
                             label("compiler", base::compiler());
  out.family("prodev_build_info", "What was built; always 1.", "gauge");
  out.sample("prodev_build_info", labels, 1);
  out.single("prodev_log_dropped_total", "Log lines dropped because the reader was too slow.",
             "counter", static_cast<double>(log_dropped()));
}

}  // namespace

void Histogram::observe_us(int64_t us) {
  us = std::max<int64_t>(us, 0);
  size_t bucket = 0;
  while (bucket < kBounds_us.size() && us > kBounds_us[bucket]) ++bucket;
  buckets[bucket].add();
  sum_us.add(static_cast<uint64_t>(us));
}

Metrics::Metrics(std::vector<std::string> routes) : routes_(std::move(routes)) {}

Shard& Metrics::make_shard() {
  std::lock_guard lock(mutex_);
  shards_.push_back(std::make_unique<Shard>(routes_.size()));
  return *shards_.back();
}

void Metrics::add_gauge(std::string name, std::string help, std::string labels,
                        std::function<double()> read) {
  std::lock_guard lock(mutex_);
  readers_.push_back({std::move(name), std::move(help), std::move(labels), std::move(read)});
}

std::string Metrics::expose() const {
  std::lock_guard lock(mutex_);
  Exposition out;
  write_requests(out, routes_, shards_);
  write_durations(out, routes_, shards_);
  write_connections(out, shards_);
  // The format wants all samples of a family together, in whatever order they were added.
  for (size_t i = 0; i < readers_.size(); ++i) {
    const Reader& first = readers_[i];
    const auto same = [&](const Reader& other) { return other.name == first.name; };
    const auto here = readers_.begin() + static_cast<ptrdiff_t>(i);
    if (std::any_of(readers_.begin(), here, same)) continue;
    out.family(first.name, first.help, "gauge");
    for (const Reader& reader : readers_) {
      if (same(reader)) out.sample(reader.name, reader.labels, reader.read());
    }
  }
  write_process(out);
  write_build(out);
  return out.take();
}

}  // namespace prodev::telemetry
