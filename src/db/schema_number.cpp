#include "db/schema_number.h"

#include <sqlite3.h>

#include "db/row_statement.h"
#include "db/small_queries.h"

namespace prodev::db {

namespace {
constexpr const char* kQuestion = "PRAGMA schema_version";
}

base::Result<int64_t> schema_number(Connection& connection) {
  return load_number(connection, kQuestion);
}

bool SchemaNumber::is_fresh() const { return data_version() == asked_at_; }

base::Result<int64_t> SchemaNumber::ask() {
  TRY_ASSIGN(RowStatement * statement, statements_.get(kQuestion));
  const StatementUse use(*statement);
  // Its few instructions add up, and where a deadline has passed they would be ended one day.
  (void)::sqlite3_stmt_status(statement->handle(), SQLITE_STMTSTATUS_VM_STEP, 1);
  TRY(statement->step());
  last_ = statement->column_int(0);
  asked_at_ = data_version();
  return last_;
}

void SchemaNumber::keep() { asked_at_ = data_version(); }

// That of the snapshot which was read last: another one where others have committed since, and
// after each commit of its own (c3ref/c_fcntl_begin_atomic_write, SQLITE_FCNTL_DATA_VERSION).
int64_t SchemaNumber::data_version() const {
  uint32_t version = 0;
  ::sqlite3_file_control(connection_.handle(), nullptr, SQLITE_FCNTL_DATA_VERSION, &version);
  return version;
}

// To set the pragma is not for every connection, nor without danger.
base::Result<void> raise_schema_number(Connection& connection) {
  return connection.execute(
      "CREATE VIEW _prodev_schema_number AS SELECT 0; DROP VIEW _prodev_schema_number");
}

}  // namespace prodev::db
