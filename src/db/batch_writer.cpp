#include "db/batch_writer.h"

#include <sqlite3.h>

#include <algorithm>
#include <numeric>

#include "db/client_rules.h"
#include "telemetry/log.h"

namespace prodev::db {

namespace {

constexpr size_t kRepeats = 2;  // of each request, on average

bool transaction_ended(const Connection& connection) {
  return ::sqlite3_get_autocommit(connection.handle()) != 0;
}

}  // namespace

base::Result<void> BatchWriter::run(const WriteBatch& batch) {
  Places waiting(batch.count);
  std::iota(waiting.begin(), waiting.end(), size_t{0});
  base::Result<void> outcome;
  if (!healthy_) outcome = prove_healthy();
  if (outcome) outcome = run_all(batch, waiting);
  if (!outcome) {
    for (const size_t place : waiting) batch.fail(place, outcome.error());
  }
  return outcome;
}

// Takes from `waiting` what has been answered for good.
base::Result<void> BatchWriter::run_all(const WriteBatch& batch, Places& waiting) {
  size_t repeats = kRepeats * batch.count;  // runs in vain that all may cost before some commit
  size_t together = waiting.size();
  while (!waiting.empty()) {
    together = std::min(together, waiting.size());
    const auto outcome = run_in_transaction(batch, std::span(waiting).first(together));
    if (!outcome) return tl::make_unexpected(refuse_writes(outcome.error()));
    const auto begin = waiting.begin();
    if (!*outcome) {
      waiting.erase(begin, begin + static_cast<std::ptrdiff_t>(together));
      together = waiting.size();
      continue;
    }
    const size_t undone = **outcome;  // those in front of the one that ended the transaction
    waiting.erase(begin + static_cast<std::ptrdiff_t>(undone));
    if (undone <= repeats) {
      repeats -= undone;
    } else {
      // Half, if it happens again: those that end it may differ from run to run.
      together = std::max<size_t>(std::min(undone, together / 2), 1);
    }
  }
  return {};
}

// Nothing: committed. Else the index of the request that ended the transaction; all is undone.
base::Result<std::optional<size_t>> BatchWriter::run_in_transaction(
    const WriteBatch& batch, std::span<const size_t> places) {
  TRY(run_control("BEGIN IMMEDIATE"));
  // Until the commit: rows of one request may refer to rows that come later in it, and a policy
  // judges a new row before its references do.
  TRY(run_control("PRAGMA defer_foreign_keys = ON"));
  for (size_t i = 0; i < places.size(); ++i) {
    TRY(run_control("SAVEPOINT request"));
    const bool keep = batch.run(places[i]);
    statements_.trim();
    if (transaction_ended(connection_)) {
      if (keep) {
        batch.fail(places[i], {base::Code::kInternal, "a write ended its transaction and went on"});
      }
      return i;
    }
    if (!keep) TRY(run_control("ROLLBACK TO request"));
    TRY(run_control("RELEASE request"));
  }
  TRY(run_control("COMMIT"));
  return std::nullopt;
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

// Statements that run for every request stay prepared.
base::Result<void> BatchWriter::run_control(std::string_view sql) {
  TRY_ASSIGN(Statement * statement, statements_.get(sql));
  const StatementUse use(*statement);
  TRY(statement->step());
  return {};
}

// A commit that must reach the disk: the header of the database file is rewritten with the value
// that it has.
base::Result<void> BatchWriter::commit_probe() {
  const TrustedScope trusted(connection_);
  TRY(connection_.execute("BEGIN IMMEDIATE"));
  int64_t version = 0;
  {
    TRY_ASSIGN(Statement read, connection_.prepare("PRAGMA user_version"));
    TRY(read.step());
    version = read.column_int(0);
  }
  return connection_.execute("PRAGMA user_version = " + std::to_string(version) + "; COMMIT");
}

base::Result<void> BatchWriter::prove_healthy() {
  if (const base::Result<void> probe = commit_probe(); !probe) {
    roll_back();
    return base::fail(base::Code::kUnavailable,
                      "the database cannot be written to at the moment: " + probe.error().message);
  }
  healthy_ = true;
  telemetry::log(telemetry::Level::kInfo, "the database takes writes again");
  return {};
}

}  // namespace prodev::db
