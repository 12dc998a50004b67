#include "http/lanes.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/giving_way.h"
#include "base/scheduling.h"

namespace prodev::http {

namespace {

void refuse(std::unique_ptr<Job> job) {
  Job& refused = *job;
  refused.fail(queue_full());
  refused.release(std::move(job));
}

// What try_submit() says of `job`, when its queue gave `displaced` back for it.
bool settle_place(std::optional<std::unique_ptr<Job>> displaced, const Job* own,
                  std::unique_ptr<Job>& job) {
  if (!displaced) return true;
  if (displaced->get() == own) {
    job = std::move(*displaced);
    return false;
  }
  refuse(std::move(*displaced));
  return true;
}

// Where the system refuses another thread, finishes the lane.
template <class Lane, class Run>
void start_threads(Lane& lane, std::vector<std::thread>& threads, size_t count, const Run& run) {
  try {
    for (size_t i = 0; i < count; ++i) threads.emplace_back(run);
  } catch (...) {
    lane.finish();
    throw;
  }
}

}  // namespace

bool Job::run() {
  const int64_t begun_ns = base::monotonic_ns();
  const bool keep = work();
  worked_ns_ += base::monotonic_ns() - begun_ns;
  return keep;
}

base::Error queue_full() {
  return {base::Code::kBusy, "too many requests are waiting: try again in a moment"};
}

base::Result<void> run_each(Batch batch) {
  for (const std::unique_ptr<Job>& job : batch) (void)job->run();
  return {};
}

WriteLane::WriteLane(size_t queue_length, BatchRunner runner)
    : queue_(queue_length), runner_(std::move(runner)), thread_([this] { run(); }) {}

WriteLane::~WriteLane() { finish(); }

void WriteLane::finish() {
  queue_.close();
  if (thread_.joinable()) thread_.join();
}

bool WriteLane::try_submit(const Client& client, std::unique_ptr<Job>&& job,
                           const WriteKind& kind) {
  const Job* own = job.get();
  return settle_place(queue_.push(client, std::move(job), kind), own, job);
}

void WriteLane::run() {
  for (;;) {
    std::vector<std::unique_ptr<Job>> batch = queue_.pop_batch(kMaxBatch);
    if (batch.empty()) return;
    const int64_t begun_ns = base::monotonic_ns();
    const base::Result<void> outcome = run_batch(batch);
    settle(batch, outcome, base::monotonic_ns() - begun_ns);
  }
}

void WriteLane::settle(std::vector<std::unique_ptr<Job>>& batch, const base::Result<void>& outcome,
                       int64_t took_ns) {
  std::vector<size_t> deferred;
  std::vector<int64_t> worked_ns;
  worked_ns.reserve(batch.size());
  for (size_t i = 0; i < batch.size(); ++i) {
    Job& job = *batch[i];
    worked_ns.push_back(job.take_worked_ns());
    if (job.take_deferred() && outcome) {
      deferred.push_back(i);
      continue;
    }
    if (!outcome) job.fail(outcome.error());
    job.release(std::move(batch[i]));
  }
  queue_.finish_batch(batch, deferred, worked_ns, took_ns);
}

base::Result<void> WriteLane::run_batch(Batch batch) const {
  try {
    return runner_(batch);
  } catch (const std::exception& error) {
    return base::fail(base::Code::kInternal,
                      std::string("a batch of writes failed: ") + error.what());
  }
}

PoolLane::PoolLane(size_t queue_length, size_t threads) : queue_(queue_length, threads) {
  start_threads(*this, threads_, threads, [this] { run(); });
}

PoolLane::~PoolLane() { finish(); }

void PoolLane::finish() {
  queue_.close();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

bool PoolLane::try_submit(const Client& client, std::unique_ptr<Job>&& job) {
  const Job* own = job.get();
  return settle_place(queue_.push(client, std::move(job)), own, job);
}

void PoolLane::run() {
  base::run_behind();
  while (auto taken = queue_.pop()) {
    base::GivingWay way(taken->client, [&] { return !queue_.may_go_on(*taken); });
    Job& running = *taken->item;
    (void)running.run();
    if (!way.happened()) {
      running.release(std::move(taken->item));
    } else if (auto displaced = queue_.push(taken->client, std::move(taken->item), true)) {
      refuse(std::move(*displaced));
    }
    queue_.finish(*taken);
  }
}

}  // namespace prodev::http
