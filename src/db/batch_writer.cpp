#include "db/batch_writer.h"

#include <sqlite3.h>

#include "db/client_rules.h"
#include "telemetry/log.h"

namespace prodev::db {

base::Result<void> BatchWriter::run(size_t count, const std::function<bool(size_t)>& request) {
  if (!healthy_) TRY(prove_healthy());
  base::Result<void> outcome = run_in_transaction(count, request);
  if (outcome) return outcome;
  // Some failures have ended the transaction already; then this does nothing.
  if (::sqlite3_get_autocommit(connection_.handle()) == 0) (void)connection_.execute("ROLLBACK");
  healthy_ = false;
  telemetry::log(telemetry::Level::kError, "a commit failed: writes are refused until one succeeds",
                 {{"error", outcome.error().message}});
  return base::fail(base::Code::kUnavailable,
                    "the database could not store the change: nothing of it is kept");
}

base::Result<void> BatchWriter::run_in_transaction(size_t count,
                                                   const std::function<bool(size_t)>& request) {
  TRY(run_control("BEGIN IMMEDIATE"));
  // Until the commit: rows of one request may refer to rows that come later in it, and a policy
  // judges a new row before its references do.
  TRY(run_control("PRAGMA defer_foreign_keys = ON"));
  for (size_t i = 0; i < count; ++i) {
    TRY(run_control("SAVEPOINT request"));
    const bool keep = request(i);
    // A full disk or an I/O error rolls the whole transaction back by itself (sqlite.org,
    // lang_transaction 3): what earlier requests did is gone then.
    if (::sqlite3_get_autocommit(connection_.handle()) != 0) {
      return base::fail(base::Code::kUnavailable, "a write ended the transaction");
    }
    if (!keep) TRY(run_control("ROLLBACK TO request"));
    TRY(run_control("RELEASE request"));
  }
  return run_control("COMMIT");
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
    if (::sqlite3_get_autocommit(connection_.handle()) == 0) (void)connection_.execute("ROLLBACK");
    return base::fail(base::Code::kUnavailable,
                      "the database cannot be written to at the moment: " + probe.error().message);
  }
  healthy_ = true;
  telemetry::log(telemetry::Level::kInfo, "the database takes writes again");
  return {};
}

}  // namespace prodev::db
