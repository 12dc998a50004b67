// Connection: a SQLite::Database as this server uses one.
//
// A connection and its statements belong to one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "db/statement.h"

struct sqlite3;
namespace SQLite {
class Database;
}

namespace prodev::db {

class RowStatement;

enum class OpenMode { kReadOnly, kReadWrite, kCreate };

// When a commit is on the disk (sqlite.org/pragma, synchronous): kFull before it returns, so that
// it survives power loss; kNormal later, so that the last ones may be lost then, and none by a
// crash of the process.
enum class Durability { kFull, kNormal };

// REQUIRES: it outlives its statements. SQLiteCpp ends the process when it does not.
class Connection {
 public:
  // Opens `path` with foreign keys on, and in WAL mode where it writes. The error tells a missing,
  // locked, damaged or foreign file, and one in UTF-16, apart. The first call turns off SQLite's
  // statistics of memory (and with them its heap limits), for the whole process.
  static base::Result<Connection> open(const std::string& path, OpenMode mode,
                                       Durability durability = Durability::kFull);

  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&& other) noexcept;
  ~Connection();

  // Prepares exactly one statement.
  base::Result<Statement> prepare(std::string_view sql);
  // One of the hot paths (row_statement.h).
  base::Result<RowStatement> prepare_rows(std::string_view sql);
  // Runs one or more statements without parameters, dropping their rows.
  base::Result<void> execute(const std::string& sql);

  SQLite::Database& database() const { return *database_; }
  // For what SQLiteCpp has no accessor: hooks, limits, the authorizer, the state of a transaction.
  sqlite3* handle() const;

  // How many rows the last statement inserted, changed or deleted, without those of triggers.
  uint64_t changed_rows() const;

  // Whether the open transaction has rows that refer to rows that are not there, which deferred
  // foreign keys leave to the commit to refuse.
  bool has_unresolved_references() const;

  // How long a statement waits for another process's lock.
  static constexpr int kBusyTimeout_ms = 5'000;

  // client_rules.h tells what restricts a connection.
  bool restricted() const { return restricted_; }
  void set_restricted(bool restricted) { restricted_ = restricted; }

 private:
  explicit Connection(std::unique_ptr<SQLite::Database> database);
  base::Result<void> configure(OpenMode mode, Durability durability);
  base::Result<void> check_encoding();

  std::unique_ptr<SQLite::Database> database_;
  bool restricted_ = false;
};

}  // namespace prodev::db
