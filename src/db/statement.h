// Statement: a SQLite::Statement whose failures are errors. For everything but rows on their way
// to and from clients (row_statement.h).
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/result.h"

struct sqlite3;
namespace SQLite {
class Database;
class Statement;
}  // namespace SQLite

namespace prodev::db {

// Views of column text are valid until the next step() or reset().
class Statement {
 public:
  // `database` outlives it.
  static base::Result<Statement> prepare(SQLite::Database& database, std::string_view sql);
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) noexcept;
  ~Statement();

  // Parameters count from 1. Texts are copied. What cannot be bound fails the next step().
  void bind_text(int parameter, std::string_view text);
  void bind_int(int parameter, int64_t number);
  void bind_null(int parameter);

  // True: there is a row to read. False: done.
  base::Result<bool> step();
  // Makes it ready to run again; clears the parameters.
  void reset();

  // 0 and empty for NULL, and where there is no row.
  int64_t column_int(int column) const;
  std::string_view column_text(int column) const;
  bool column_is_null(int column) const;

 private:
  Statement(std::unique_ptr<SQLite::Statement> statement, sqlite3* connection);
  bool has(int column) const;

  std::unique_ptr<SQLite::Statement> statement_;
  sqlite3* connection_;
  base::Result<void> bound_;
};

}  // namespace prodev::db
