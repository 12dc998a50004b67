// Lanes: the threads that run what a loop must not wait for.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/result.h"
#include "http/fair_queue.h"
#include "http/write_queue.h"

namespace prodev::http {

// One request on its way through a lane.
class Job {
 public:
  virtual ~Job() = default;
  // False: what it did must be undone, when its lane can. Runs again when it was undone because of
  // another job, or has given way.
  bool run();
  // Replaces the result by an error: what run() did has been undone, or it never ran.
  virtual void fail(const base::Error& error) = 0;
  // Gives the result to whoever waits for it. `self` is this job.
  virtual void release(std::unique_ptr<Job> self) = 0;

  // It stays in its lane for another batch: nothing of what it did is left.
  void defer() { deferred_ = true; }
  // What happened since the last call: whether it was deferred, and how long it ran.
  bool take_deferred() { return std::exchange(deferred_, false); }
  int64_t take_worked_ns() { return std::exchange(worked_ns_, 0); }

 private:
  virtual bool work() = 0;

  int64_t worked_ns_ = 0;
  bool deferred_ = false;
};

using Batch = std::span<const std::unique_ptr<Job>>;

// Runs the jobs of a batch, then makes their effects permanent together, fails those of which none
// stay, and defers those for which there was no time; at least one is not. An error: none of any
// stay.
using BatchRunner = std::function<base::Result<void>(Batch)>;

// Just runs the jobs, in order.
base::Result<void> run_each(Batch batch);

// Of requests for which a lane has no place.
base::Error queue_full();

// One thread that takes the quick jobs that have queued up as one batch; no job is released before
// its batch has run to the end. This is where group commit happens. Slow jobs are batches of their
// own, and clients take turns (write_queue.h).
class WriteLane {
 public:
  using Client = std::array<uint8_t, 16>;  // net::Address::client_key
  static constexpr size_t kMaxBatch = 512;

  WriteLane(size_t queue_length, BatchRunner runner);
  ~WriteLane();
  // Finishes what is queued and takes no more.
  void finish();

  // False when there is no place for it, or the lane is finished: `job` is then left as it was,
  // answer queue_full(). A job of a client that has more of them waiting may be failed with that
  // in its place. Thread-safe.
  [[nodiscard]] bool try_submit(const Client& client, std::unique_ptr<Job>&& job,
                                const WriteKind& kind = {});
  size_t depth() const { return queue_.size(); }

 private:
  void run();
  base::Result<void> run_batch(Batch batch) const;
  void settle(std::vector<std::unique_ptr<Job>>& batch, const base::Result<void>& outcome,
              int64_t took_ns);

  WriteQueue<Client, std::unique_ptr<Job>> queue_;
  BatchRunner runner_;
  std::thread thread_;
};

// A pool of threads that clients share fairly; each job is released when it has run. One that was
// told to end (base::must_give_way) runs again from its beginning.
class PoolLane {
 public:
  using Client = WriteLane::Client;

  PoolLane(size_t queue_length, size_t threads);
  ~PoolLane();
  // Finishes what is queued and takes no more.
  void finish();

  // As WriteLane::try_submit().
  [[nodiscard]] bool try_submit(const Client& client, std::unique_ptr<Job>&& job);
  size_t depth() const { return queue_.size(); }

 private:
  void run();

  FairQueue<Client, std::unique_ptr<Job>> queue_;
  std::vector<std::thread> threads_;
};

}  // namespace prodev::http
