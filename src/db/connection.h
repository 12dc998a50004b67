// Connection and Statement: SQLite's handles, owned.
//
// A connection and its statements belong to one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace prodev::db {

// How SQLite stores a value (datatype3 section 2).
enum class StorageClass { kInteger, kReal, kText, kBlob, kNull };

// A prepared statement. Views of column text are valid until the next step() or reset().
class Statement {
 public:
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  // Parameters count from 1. `text` is copied.
  void bind_text(int parameter, std::string_view text);
  void bind_int(int parameter, int64_t number);
  void bind_null(int parameter);
  void bind_real(int parameter, double number);
  // These refer to the bytes, which must stay until the next reset().
  void bind_text_view(int parameter, std::string_view text);
  void bind_blob_view(int parameter, std::string_view bytes);
  // For a function that asks for `type` (sqlite.org/bindptr); NULL to everything else.
  void bind_pointer(int parameter, const void* pointer, const char* type);

  // True: there is a row to read. False: done.
  base::Result<bool> step();
  // Makes it ready to run again; clears the parameters.
  void reset();

  int64_t column_int(int column) const;
  std::string_view column_text(int column) const;  // empty for NULL
  bool column_is_null(int column) const;
  StorageClass column_class(int column) const;
  double column_real(int column) const;
  // A text or a blob as it is stored; column_text() would copy it to get a NUL at its end.
  std::string_view column_bytes(int column) const;
  int column_count() const;

  sqlite3_stmt* handle() const { return statement_.get(); }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

enum class OpenMode { kReadOnly, kReadWrite, kCreate };

// When a commit is on the disk (sqlite.org/pragma, synchronous): kFull before it returns, so that
// it survives power loss; kNormal later, so that the last ones may be lost then, and none by a
// crash of the process.
enum class Durability { kFull, kNormal };

class Connection {
 public:
  // Opens `path` with foreign keys on, and in WAL mode where it writes. The error tells a missing,
  // locked, damaged or foreign file, and one in UTF-16, apart. The first call turns off SQLite's
  // statistics of memory (and with them its heap limits), for the whole process.
  static base::Result<Connection> open(const std::string& path, OpenMode mode,
                                       Durability durability = Durability::kFull);

  // Prepares exactly one statement.
  base::Result<Statement> prepare(std::string_view sql);
  // Runs one or more statements without parameters, dropping their rows.
  base::Result<void> execute(const std::string& sql);

  sqlite3* handle() const { return connection_.get(); }

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
  struct Close {
    void operator()(sqlite3* connection) const;
  };
  explicit Connection(sqlite3* connection) : connection_(connection) {}
  base::Result<void> configure(OpenMode mode, Durability durability);
  base::Result<void> check_encoding();

  std::unique_ptr<sqlite3, Close> connection_;
  bool restricted_ = false;
};

}  // namespace prodev::db
