// Running a script of SQL statements one by one, with errors that point at the spot.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "db/connection.h"
#include "db/statement_error.h"

namespace prodev::db {

// Looks at each statement of a script before SQLite does. True: it has been carried out. False: it
// is SQLite's. `statement` begins with its first word and ends before its `;`. `comment` is what
// the
// `--` lines directly above it say (sql_comments.h). Runs inside the script's transaction.
using StatementHook = std::function<StatementResult<bool>(Connection&, std::string_view statement,
                                                          std::string_view comment)>;

// What is wrong when all statements of a script have run, and which of them it is about: the n-th,
// from 0, of those that the observer has seen; nullopt: the script as a whole.
struct EndError {
  // NOLINTNEXTLINE(google-explicit-constructor): lets TRY convert
  EndError(base::Error cause, std::optional<size_t> at = std::nullopt)
      : error(std::move(cause)), statement(at) {}

  base::Error error;
  std::optional<size_t> statement;
};

// Follows what a script does, inside its transaction. One script at a time: begin() forgets the
// last one, which may have ended at an error.
class ScriptObserver {
 public:
  ScriptObserver() = default;
  virtual ~ScriptObserver() = default;
  ScriptObserver(const ScriptObserver&) = delete;
  ScriptObserver& operator=(const ScriptObserver&) = delete;

  virtual base::Result<void> begin(Connection& connection, std::string_view script) = 0;
  // Before the hook is asked about a statement. An error ends the script as one of it would.
  virtual StatementResult<void> before_hook(Connection&, std::string_view statement) = 0;
  // Around each statement that SQLite runs, not those that a hook carries out. `statement` is what
  // SQLite is given (schema_statement.h). An error ends the script as one of the statement would.
  virtual StatementResult<void> before(Connection& connection, std::string_view statement) = 0;
  virtual StatementResult<void> after(Connection& connection, std::string_view statement) = 0;
  // After the last statement. An error is told with the file's name before it, and with the place
  // of the statement that it is about.
  virtual tl::expected<void, EndError> finish(Connection& connection) = 0;
  // After finish(): what people should know of the script, a sentence each.
  virtual std::vector<std::string> notes() const = 0;
};

// Runs every statement of `sql`, in SQLite's words or in those of PostgreSQL that have a meaning
// here (schema_statement.h). The script is read to its end first: a statement that cannot be, in
// any database, is told before one has run. An error is kBadInput (or what SQLite's code means) and
// reads
// "<file>:<line>:<column>: <message>, in: <beginning of the statement>". An empty `hook` leaves
// everything to SQLite.
base::Result<void> run_script(Connection& connection, std::string_view sql, const std::string& file,
                              const StatementHook& hook = {}, ScriptObserver* observer = nullptr);

}  // namespace prodev::db
