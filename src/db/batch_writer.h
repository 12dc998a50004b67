// BatchWriter: group commit. Requests that write run together in one transaction, each in its own
// savepoint, and are made durable by one commit.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>

#include "base/result.h"
#include "db/connection.h"
#include "db/statement_cache.h"

namespace prodev::db {

// The one connection that writes. Belongs to the thread of the write lane.
class BatchWriter {
 public:
  explicit BatchWriter(Connection connection)
      : connection_(std::move(connection)), statements_(connection_, kStatements) {}
  BatchWriter(const BatchWriter&) = delete;
  BatchWriter& operator=(const BatchWriter&) = delete;

  // Runs `request(i)` for i in [0, count), in order. Foreign keys are deferred: each request ends
  // by asking Connection::has_unresolved_references(), which must not be left to the commit. False
  // from one undoes what it did and nothing else. An error: nothing of the batch stays, whatever
  // the requests returned. After a failed commit every further batch first writes and commits a
  // probe, and is refused (kUnavailable) while that fails.
  base::Result<void> run(size_t count, const std::function<bool(size_t)>& request);

  Connection& connection() { return connection_; }
  StatementCache& statements() { return statements_; }
  // Whether the last commit succeeded. Any thread.
  bool healthy() const { return healthy_.load(std::memory_order_relaxed); }

 private:
  base::Result<void> run_in_transaction(size_t count, const std::function<bool(size_t)>& request);
  base::Result<void> commit_probe();
  base::Result<void> prove_healthy();

  base::Result<void> run_control(std::string_view sql);

  static constexpr size_t kStatements = 512;

  Connection connection_;
  StatementCache statements_;
  std::atomic<bool> healthy_{true};
};

}  // namespace prodev::db
