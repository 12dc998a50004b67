#include "db/batch_writer.h"

#include <sqlite3.h>

#include <algorithm>
#include <numeric>

#include "base/clock.h"
#include "db/client_rules.h"
#include "db/transaction.h"
#include "telemetry/log.h"

namespace prodev::db {

namespace {

constexpr size_t kRepeats = 2;  // of each request, on average

bool is_enough(const WriteBatch& batch, int64_t begun_ns) {
  return batch.defer && base::monotonic_ns() - begun_ns > batch.enough_ns;
}

bool transaction_ended(const Connection& connection) {
  return ::sqlite3_get_autocommit(connection.handle()) != 0;
}

}  // namespace

base::Result<void> BatchWriter::run(const WriteBatch& batch) {
  Places waiting(batch.count);
  std::iota(waiting.begin(), waiting.end(), size_t{0});
  base::Result<void> outcome;
  if (!healthy_) outcome = prove_healthy();
  running_ = &batch;
  if (outcome) outcome = run_all(batch, waiting);
  running_ = nullptr;
  for (const size_t place : waiting) {
    if (outcome) {
      batch.defer(place);
    } else {
      batch.fail(place, outcome.error());
    }
  }
  return outcome;
}

// Takes from `waiting` what has been answered for good.
base::Result<void> BatchWriter::run_all(const WriteBatch& batch, Places& waiting) {
  size_t repeats = kRepeats * batch.count;  // runs in vain that all may cost before some commit
  size_t together = waiting.size();
  const int64_t begun_ns = base::monotonic_ns();
  while (!waiting.empty()) {
    together = std::min(together, waiting.size());
    const auto outcome = run_in_transaction(batch, std::span(waiting).first(together));
    if (!outcome) return tl::make_unexpected(refuse_writes(outcome.error()));
    const auto begin = waiting.begin();
    if (outcome->ender) {
      const size_t undone = *outcome->ender;  // those in front of it
      waiting.erase(begin + static_cast<std::ptrdiff_t>(undone));
      if (undone <= repeats) {
        repeats -= undone;
      } else {
        // Half, if it happens again: those that end it may differ from run to run.
        together = std::max<size_t>(std::min(undone, together / 2), 1);
      }
    } else {
      waiting.erase(begin, begin + static_cast<std::ptrdiff_t>(outcome->ran));
      together = waiting.size();
    }
    if (is_enough(batch, begun_ns)) return {};
  }
  return {};
}

base::Result<BatchWriter::Attempt> BatchWriter::run_in_transaction(const WriteBatch& batch,
                                                                   std::span<const size_t> places) {
  const int64_t begun_ns = base::monotonic_ns();
  TRY(run_control("BEGIN IMMEDIATE"));
  if (!schema_number_.is_fresh()) TRY(schema_number_.ask());
  TRY(defer_foreign_keys());
  size_t ran = 0;
  while (ran < places.size() && (ran == 0 || !is_enough(batch, begun_ns))) {
    const size_t i = ran++;
    to_run_ = places.size() - ran;
    TRY(run_control("SAVEPOINT request"));
    const bool keep = batch.run(places[i]);
    statements_.trim();
    if (transaction_ended(connection_)) {
      if (keep) {
        batch.fail(places[i], {base::Code::kInternal, "a write ended its transaction and went on"});
      }
      return Attempt{ran, i};
    }
    if (!keep) TRY(run_control("ROLLBACK TO request"));
    TRY(run_control("RELEASE request"));
  }
  TRY(run_control("COMMIT"));
  schema_number_.keep();  // requests cannot change the schema
  return Attempt{ran};
}

void BatchWriter::roll_back() {
  // Some failures have ended the transaction already.
  if (!transaction_ended(connection_)) (void)connection_.execute("ROLLBACK");
}

base::Error BatchWriter::refuse_writes(const base::Error& cause) {
  roll_back();
  healthy_ = false;
  telemetry::log(telemetry::Level::kError, "a commit failed: writes are refused until one succeeds",
                 {{"error", cause.message}});
  return {base::Code::kUnavailable,
          "the database could not store the change: nothing of it is kept"};
}

// Statements that run for every request stay prepared: those of SQLite::Savepoint and Transaction
// are read anew each time.
base::Result<void> BatchWriter::run_control(std::string_view sql) {
  TRY_ASSIGN(RowStatement * statement, statements_.get(sql));
  const StatementUse use(*statement);
  TRY(statement->step());
  return {};
}

// Until the commit: rows of one request may refer to rows that come later in it, and a policy
// judges a new row before its references do. SQLite does what this pragma says while it prepares it
// (sqlite.org/pragma). Run, it would have every statement of the connection prepared anew as well.
base::Result<void> BatchWriter::defer_foreign_keys() {
  TRY(connection_.prepare("PRAGMA defer_foreign_keys = ON"));
  return {};
}

// A commit that must reach the disk: the header of the database file is rewritten with the value
// that it has.
base::Result<void> BatchWriter::commit_probe() {
  const TrustedScope trusted(connection_);
  TRY_ASSIGN(Transaction transaction, Transaction::begin(connection_));
  int64_t version = 0;
  {
    TRY_ASSIGN(Statement read, connection_.prepare("PRAGMA user_version"));
    TRY(read.step());
    version = read.column_int(0);
  }
  TRY(connection_.execute("PRAGMA user_version = " + std::to_string(version)));
  return transaction.commit();
}

base::Result<void> BatchWriter::prove_healthy() {
  if (const base::Result<void> probe = commit_probe(); !probe) {
    return base::fail(base::Code::kUnavailable,
                      "the database cannot be written to at the moment: " + probe.error().message);
  }
  healthy_ = true;
  telemetry::log(telemetry::Level::kInfo, "the database takes writes again");
  return {};
}

}  // namespace prodev::db
