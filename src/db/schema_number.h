// The schema number: SQLite's schema cookie (sqlite.org/pragma, schema_version). It only ever
// grows, by every change of the schema and, as we raise it then, of the rules kept beside it: what
// was made for one number is wrong for every other.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "db/connection.h"
#include "db/statement_cache.h"

namespace prodev::db {

// Of the newest snapshot; of the one that is read where a transaction is open.
base::Result<int64_t> schema_number(Connection& connection);

// The number that a connection last met. To ask for it takes a statement, so it is asked for again
// only after others have committed something.
class SchemaNumber {
 public:
  // The references outlive it.
  SchemaNumber(const Connection& connection, StatementCache& statements)
      : connection_(connection), statements_(statements) {}

  // Whether what the connection reads, or has read last, is as of when it was asked.
  bool is_fresh() const;
  // As schema_number().
  base::Result<int64_t> ask();
  int64_t last() const { return last_; }
  // After a commit of the connection's own, which changed rows alone. REQUIRES: it was fresh.
  void keep();

 private:
  int64_t data_version() const;

  const Connection& connection_;
  StatementCache& statements_;
  int64_t last_ = 0;
  int64_t asked_at_ = -1;  // data_version(); -1: it was not
};

// For a transaction that changes rules, which are rows: those who have read them must read them
// again. REQUIRES: a transaction that writes is open.
base::Result<void> raise_schema_number(Connection& connection);

}  // namespace prodev::db
