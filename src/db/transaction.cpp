#include "db/transaction.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Savepoint.h>
#include <SQLiteCpp/Transaction.h>
#include <sqlite3.h>

#include <utility>

#include "db/caught.h"

namespace prodev::db {

base::Result<Transaction> Transaction::begin(Connection& connection) {
  TRY_ASSIGN(auto transaction, caught("a transaction cannot begin", connection.handle(), [&] {
               return std::make_unique<SQLite::Transaction>(connection.database(),
                                                            SQLite::TransactionBehavior::IMMEDIATE);
             }));
  return Transaction(connection, std::move(transaction));
}

Transaction::Transaction(Connection& connection, std::unique_ptr<SQLite::Transaction> transaction)
    : connection_(&connection), transaction_(std::move(transaction)) {}
Transaction::Transaction(Transaction&&) noexcept = default;
Transaction& Transaction::operator=(Transaction&&) noexcept = default;
Transaction::~Transaction() = default;

base::Result<void> Transaction::commit() {
  return caught("a commit failed", connection_->handle(), [&] { transaction_->commit(); });
}

Savepoint::Savepoint(Connection& connection, std::string name)
    : connection_(connection),
      name_(std::move(name)),
      is_outermost_(::sqlite3_get_autocommit(connection.handle()) != 0) {
  begun_ = caught("a savepoint cannot begin", connection_.handle(), [&] {
    savepoint_ = std::make_unique<SQLite::Savepoint>(connection_.database(), name_);
  });
}

Savepoint::~Savepoint() {
  if (!begun_ || released_) return;
  // SQLite::Savepoint 3.2 goes back to its beginning, but leaves it, and so the transaction, open.
  // To release the outermost one would be a commit, which a damaged full-text index that was read
  // does not allow.
  if (is_outermost_) {
    (void)connection_.execute("ROLLBACK");
  } else {
    (void)connection_.execute("ROLLBACK TO " + name_);
    (void)release();
  }
}

base::Result<void> Savepoint::release() {
  TRY(caught("a savepoint cannot end", connection_.handle(), [&] { savepoint_->release(); }));
  released_ = true;
  return {};
}

}  // namespace prodev::db
