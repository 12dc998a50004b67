// Transaction and Savepoint: those of SQLiteCpp, whose failures are errors.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "db/connection.h"

namespace SQLite {
class Savepoint;
class Transaction;
}  // namespace SQLite

namespace prodev::db {

// Rolled back at its end, unless it was committed. REQUIRES: the connection outlives it.
class Transaction {
 public:
  // With the lock of writers, for which it waits as long as a statement does.
  // REQUIRES: no transaction is open.
  static base::Result<Transaction> begin(Connection& connection);
  Transaction(Transaction&&) noexcept;
  Transaction& operator=(Transaction&&) noexcept;
  ~Transaction();

  // One that fails leaves it open: its end rolls it back.
  base::Result<void> commit();

 private:
  Transaction(Connection& connection, std::unique_ptr<SQLite::Transaction> transaction);

  Connection* connection_;
  std::unique_ptr<SQLite::Transaction> transaction_;
};

// A transaction, or a part of the one that is open. Undone at its end, unless it was released.
class Savepoint {
 public:
  // `name` needs no quotes.
  Savepoint(Connection& connection, std::string name);
  ~Savepoint();
  Savepoint(const Savepoint&) = delete;
  Savepoint& operator=(const Savepoint&) = delete;

  // The error: it did not begin.
  const base::Result<void>& begun() const { return begun_; }
  base::Result<void> release();

 private:
  Connection& connection_;
  const std::string name_;
  const bool is_outermost_;  // it began the transaction
  std::unique_ptr<SQLite::Savepoint> savepoint_;
  base::Result<void> begun_;
  bool released_ = false;
};

}  // namespace prodev::db
