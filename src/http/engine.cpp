#include "http/engine.h"

#include <fcntl.h>

#include <cerrno>
#include <thread>

#include "base/clock.h"
#include "http/worker.h"
#include "net/loop.h"

namespace prodev::http {

namespace {

// A service manager or a predecessor may pass fewer sockets than there are loops: then loops share
// one, each with a descriptor of its own.
base::Result<void> spread(std::vector<base::UniqueFd>& sockets, size_t loops) {
  const size_t given = sockets.size();
  for (size_t i = given; given > 0 && i < loops; ++i) {
    base::UniqueFd copy(::fcntl(sockets[i % given].get(), F_DUPFD_CLOEXEC, 0));
    if (!copy) return base::fail_errno("cannot share a listening socket between loops", errno);
    sockets.push_back(std::move(copy));
  }
  return {};
}

}  // namespace

Engine::Engine(const EngineOptions& options, telemetry::Metrics& metrics, BatchRunner write_runner)
    : options_(options),
      metrics_(metrics),
      limits_(options.max_connections, options.max_connections_per_client, options.proxies),
      write_lane_(std::make_unique<WriteLane>(options.queue_length, std::move(write_runner))),
      read_lane_(std::make_unique<PoolLane>(options.queue_length, options.read_threads)),
      blocking_lane_(std::make_unique<PoolLane>(options.queue_length, options.blocking_threads)) {
  const auto add_depth = [&metrics](const char* label, const auto& lane) {
    metrics.add_gauge("prodev_lane_queue_length", "Requests that wait in a lane.", label,
                      [&lane] { return static_cast<double>(lane->depth()); });
  };
  add_depth("lane=\"write\"", write_lane_);
  add_depth("lane=\"read\"", read_lane_);
  add_depth("lane=\"blocking\"", blocking_lane_);
}

Engine::~Engine() {
  // Lanes first: what they finish is posted to loops that still run, and may still ask for a lane.
  write_lane_->finish();
  read_lane_->finish();
  blocking_lane_->finish();
  for (const auto& worker : workers_) worker->stop();
  for (const auto& worker : workers_) worker->join();
}

base::Result<void> Engine::start(std::vector<Listening> listening,
                                 const std::shared_ptr<const net::TlsContext>& tls) {
  for (size_t i = 0; i < options_.loops; ++i) {
    TRY_ASSIGN(std::unique_ptr<net::Loop> loop, net::Loop::make());
    workers_.push_back(std::make_unique<Worker>(*this, i, std::move(loop), tls));
  }
  for (Listening& group : listening) {
    TRY(spread(group.sockets, workers_.size()));
    for (size_t i = 0; i < group.sockets.size(); ++i) {
      Worker& worker = *workers_[i % workers_.size()];
      TRY(worker.listen(std::move(group.sockets[i]), *group.site, group.tls));
    }
  }
  for (const auto& worker : workers_) worker->start();
  return {};
}

void Engine::use_tls(const std::shared_ptr<const net::TlsContext>& tls) {
  for (const auto& worker : workers_) worker->use_tls(tls);
}

bool Engine::drain(std::chrono::milliseconds timeout, const std::function<bool()>& give_up) {
  for (const auto& worker : workers_) worker->drain();
  const int64_t deadline_ms = base::monotonic_ms() + timeout.count();
  for (;;) {
    // None open counts once no worker takes new ones.
    const bool closed = draining_workers_.load(std::memory_order_acquire) == workers_.size();
    if (closed && limits_.open() == 0) return true;
    if (base::monotonic_ms() >= deadline_ms || give_up()) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

}  // namespace prodev::http
