// The statements of `prodev sql`, on a database of their own.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/sql_result.h"
#include "db/connection.h"
#include "db/statement_error.h"

namespace prodev::cli {

struct SqlOptions {
  bool may_write = false;
  ResultFormat format = ResultFormat::kTable;
  int64_t timeout_ms = 60'000;  // of one statement; 0: none
};

class SqlSession {
 public:
  // `connection` was opened for what `options` allow. `out` outlives this.
  static base::Result<SqlSession> start(db::Connection connection, const SqlOptions& options,
                                        std::ostream& out);

  // Runs the statements of `sql`, up to the first that fails. Where they may write, they are one
  // transaction, of which nothing stays then. `name` stands before line and column in the error.
  base::Result<void> run_script(std::string_view sql, const std::string& name);

  // Runs the one statement of `sql` that begins at `start` and ends before `end`. A transaction is
  // not begun.
  base::Result<void> run_statement(std::string_view sql, const std::string& name, size_t start,
                                   size_t end);

  // How many rows the statements without a result have changed that no table told of; none: no such
  // statement ran.
  std::optional<uint64_t> unsaid_changes() const { return unsaid_changes_; }

  db::Connection& connection() { return connection_; }
  SqlOptions& options() { return options_; }

 private:
  SqlSession(db::Connection connection, const SqlOptions& options, std::ostream& out)
      : connection_(std::move(connection)), options_(options), out_(&out) {}

  base::Result<void> control(const char* statement);
  base::Result<void> run_statements(std::string_view sql, const std::string& name);
  db::StatementResult<void> run(std::string_view source);
  void print(db::RowStatement& statement, base::Result<bool>& row);

  db::Connection connection_;
  SqlOptions options_;
  std::ostream* out_;
  std::optional<uint64_t> unsaid_changes_;
};

// Where the next statement of `sql` begins, at or after `at`: behind white space, comments and
// semicolons. The length of `sql`: there is none.
size_t next_statement(std::string_view sql, size_t at);

}  // namespace prodev::cli
