// FileTransaction: the transaction that a schema file runs in.
#pragma once

#include <optional>

#include "base/result.h"
#include "db/connection.h"
#include "db/transaction.h"

namespace prodev::db {

// From begin() to its end, foreign keys of the project's tables do not act (reference_check.h tells
// why), while deletes in the system's own tables still take along what belongs to the rows. At the
// end the connection is as it was: keys on, nothing temporary left, legacy_alter_table off.
class FileTransaction {
 public:
  // REQUIRES: no transaction is open.
  static base::Result<FileTransaction> begin(Connection& connection);
  // Rolls back what was not committed.
  ~FileTransaction();
  FileTransaction(FileTransaction&& other) noexcept;
  FileTransaction& operator=(FileTransaction&&) = delete;

  base::Result<void> commit();

 private:
  explicit FileTransaction(Connection& connection) : connection_(&connection) {}

  Connection* connection_;  // null: moved from
  std::optional<Transaction> transaction_;
};

}  // namespace prodev::db
