#include "db/connection.h"

#include <SQLiteCpp/Database.h>
#include <sqlite3.h>

#include "db/caught.h"
#include "db/current_caller.h"
#include "db/errors.h"
#include "db/memory.h"
#include "db/quoted_texts.h"
#include "db/row_statement.h"
#include "db/temporary_files.h"

namespace prodev::db {

Connection::Connection(std::unique_ptr<SQLite::Database> database)
    : database_(std::move(database)) {}
Connection::Connection(Connection&& other) noexcept = default;
Connection& Connection::operator=(Connection&& other) noexcept = default;
Connection::~Connection() = default;

sqlite3* Connection::handle() const { return database_->getHandle(); }

base::Result<Connection> Connection::open(const std::string& path, OpenMode mode,
                                          Durability durability) {
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  switch (mode) {
    case OpenMode::kReadOnly:
      flags |= SQLITE_OPEN_READONLY;
      break;
    case OpenMode::kReadWrite:
      flags |= SQLITE_OPEN_READWRITE;
      break;
    case OpenMode::kCreate:
      flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
      break;
  }
  count_memory();
  // Its own counting takes a lock that all threads share, twice for each piece of it.
  [[maybe_unused]] static const int kUncounted = ::sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  count_temporary_files();
  TRY_ASSIGN(auto database, caught("cannot open the database " + path, nullptr, [&] {
               return std::make_unique<SQLite::Database>(path, flags, kBusyTimeout_ms);
             }));
  Connection connection(std::move(database));
  const base::Result<void> configured = connection.configure(mode, durability);
  if (!configured) {
    return base::fail(configured.error().code,
                      "cannot use the database " + path + ": " + configured.error().message);
  }
  return connection;
}

base::Result<void> Connection::configure(OpenMode mode, Durability durability) {
  ::sqlite3_db_config(handle(), SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
  ::sqlite3_db_config(handle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  forbid_quoted_texts(*this);
  // Not an untrusted schema: SQLite 3.38 to 3.40 takes json_valid() in a CHECK for unsafe then. No
  // function with side effects is registered that a schema could misuse.
  TRY(execute("PRAGMA foreign_keys = ON; PRAGMA cell_size_check = ON; PRAGMA cache_size = -16000"));
  TRY(register_caller_functions(*this));
  TRY(check_encoding());
  if (mode == OpenMode::kReadOnly)
    return execute("PRAGMA query_only = ON; SELECT 1 FROM sqlite_schema LIMIT 1");
  TRY(execute("PRAGMA journal_mode = WAL"));
  return execute(durability == Durability::kFull ? "PRAGMA synchronous = FULL"
                                                 : "PRAGMA synchronous = NORMAL");
}

// Texts are read as the bytes that are stored.
base::Result<void> Connection::check_encoding() {
  TRY_ASSIGN(Statement encoding, prepare("PRAGMA encoding"));
  TRY_ASSIGN(const bool known, encoding.step());
  if (!known || encoding.column_text(0) == "UTF-8") return {};
  return base::fail(base::Code::kBadInput,
                    "its text is in " + std::string(encoding.column_text(0)) +
                        ", not UTF-8; copy it: sqlite3 OLD .dump | sqlite3 NEW");
}

base::Result<Statement> Connection::prepare(std::string_view sql) {
  return Statement::prepare(*database_, sql);
}

base::Result<RowStatement> Connection::prepare_rows(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = ::sqlite3_prepare_v3(handle(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return fail_sqlite(handle(), "a statement cannot be prepared");
  return RowStatement(statement);
}

// SQLite::Database counts in 32 bits.
uint64_t Connection::changed_rows() const {
  return static_cast<uint64_t>(::sqlite3_changes64(handle()));
}

bool Connection::has_unresolved_references() const {
  int unresolved = 0;
  int ignored = 0;
  ::sqlite3_db_status(handle(), SQLITE_DBSTATUS_DEFERRED_FKS, &unresolved, &ignored, 0);
  return unresolved != 0;
}

base::Result<void> Connection::execute(const std::string& sql) {
  if (database_->tryExec(sql) == SQLITE_OK) return {};
  return fail_sqlite(handle(), "a statement failed");
}

}  // namespace prodev::db
