// BatchWriter: group commit. Requests that write run together in one transaction, each in its own
// savepoint, and are made durable by one commit.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "db/connection.h"
#include "db/schema_number.h"
#include "db/statement_cache.h"

namespace prodev::db {

// Requests, by their places in a batch: 0 to count - 1.
struct WriteBatch {
  size_t count = 0;
  // Writes. False: what it wrote must be undone. It may be called again, after everything that it
  // wrote is gone, and then starts afresh.
  std::function<bool(size_t)> run;
  // Nothing of it was kept, whatever run() said.
  std::function<void(size_t, const base::Error&)> fail;
  // Nothing of it was kept, and it is to come again: those before it took longer than `enough_ns`.
  // Null: all run, however long they take.
  std::function<void(size_t)> defer{};
  int64_t enough_ns = 0;
  // Whether requests wait that are not of the batch. Null: none do.
  std::function<bool()> others_wait{};
};

// The one connection that writes. Belongs to the thread of the write lane.
class BatchWriter {
 public:
  explicit BatchWriter(Connection connection)
      : connection_(std::move(connection)),
        statements_(connection_, kStatements),
        schema_number_(connection_, statements_) {}
  BatchWriter(const BatchWriter&) = delete;
  BatchWriter& operator=(const BatchWriter&) = delete;

  // Runs the requests of `batch`, in order. Foreign keys are deferred: each ends by asking
  // Connection::has_unresolved_references(), which must not be left to the commit. One that says
  // false is undone and nothing else is.
  //
  // A request may also end the transaction (RAISE(ROLLBACK), an interrupted statement, a full disk:
  // sqlite.org, lang_transaction 3). What it answered then stands, and the others run again without
  // it. Mostly the whole batch is one commit all the same; a batch with many such requests becomes
  // several, so that the work stays within a few runs of each.
  //
  // A batch that has taken long is committed as far as it got, and the rest deferred; those, too,
  // that were undone.
  //
  // An error: the storage failed. Every request whose effects were not committed has been told by
  // fail(). Every further batch first writes and commits a probe, and is refused (kUnavailable)
  // while that fails.
  base::Result<void> run(const WriteBatch& batch);

  Connection& connection() { return connection_; }
  StatementCache& statements() { return statements_; }
  // As of the transaction that requests run in: nobody else changes the schema meanwhile.
  int64_t schema_number() const { return schema_number_.last(); }
  // Whether the last commit succeeded. Any thread.
  bool healthy() const { return healthy_.load(std::memory_order_relaxed); }
  // Whether anybody waits for the request that runs.
  bool is_awaited() const {
    return running_ != nullptr &&
           (to_run_ > 0 || (running_->others_wait && running_->others_wait()));
  }

 private:
  using Places = std::vector<size_t>;
  // What became of requests: the first `ran` of them were committed, or they were undone by the
  // one at `ender`, which ended the transaction.
  struct Attempt {
    size_t ran = 0;
    std::optional<size_t> ender{};
  };

  base::Result<void> run_all(const WriteBatch& batch, Places& waiting);
  base::Result<Attempt> run_in_transaction(const WriteBatch& batch, std::span<const size_t> places);
  void roll_back();
  base::Error refuse_writes(const base::Error& cause);
  base::Result<void> commit_probe();
  base::Result<void> prove_healthy();

  base::Result<void> run_control(std::string_view sql);
  base::Result<void> defer_foreign_keys();

  static constexpr size_t kStatements = 512;

  Connection connection_;
  StatementCache statements_;
  SchemaNumber schema_number_;
  std::atomic<bool> healthy_{true};
  const WriteBatch* running_ = nullptr;
  size_t to_run_ = 0;  // requests of its transaction behind the one that runs
};

}  // namespace prodev::db
