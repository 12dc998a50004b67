#include "query/api_error.h"

#include <sqlite3.h>

#include "config/nearest.h"
#include "db/damage.h"
#include "db/memory.h"
#include "db/temporary_files.h"
#include "query/schema_fault.h"
#include "query/sql_functions.h"
#include "telemetry/log.h"

namespace prodev::query {

namespace {

std::string quoted(std::string_view name) { return "\"" + std::string(name) + "\""; }

// "UNIQUE constraint failed: product.sku, product.shop" -> "product.sku,
// product.shop".
std::string after_colon(std::string_view message) {
  const size_t colon = message.find(": ");
  return colon == std::string_view::npos ? std::string() : std::string(message.substr(colon + 2));
}

// "product.sku, product.shop" -> "sku, shop".
std::string bare_columns(std::string_view qualified) {
  std::string columns;
  while (!qualified.empty()) {
    const size_t comma = qualified.find(", ");
    const std::string_view one = qualified.substr(0, comma);
    if (!columns.empty()) columns += ", ";
    columns += one.substr(one.rfind('.') + 1);
    qualified.remove_prefix(comma == std::string_view::npos ? qualified.size() : comma + 2);
  }
  return columns;
}

std::string_view last_word(std::string_view message) {
  return message.substr(message.rfind(' ') + 1);
}

ApiError constraint_error(int code, std::string_view message, std::string_view table) {
  const std::string subject = after_colon(message);
  switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return {409, "23505",
              "duplicate key value violates unique constraint of table " + quoted(table),
              subject.empty() ? "" : "Key (" + bare_columns(subject) + ") already exists."};
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return broken_reference(table);
    case SQLITE_CONSTRAINT_NOTNULL:
      return {400, "23502",
              "null value in column " + quoted(bare_columns(subject)) + " of relation " +
                  quoted(table) + " violates not-null constraint"};
    case SQLITE_CONSTRAINT_CHECK:
      return {400, "23514",
              "new row for relation " + quoted(table) + " violates check constraint " +
                  quoted(subject)};
    case SQLITE_CONSTRAINT_DATATYPE:  // "cannot store TEXT value in INTEGER column
                                      // t.c"
      return {400, "22P02",
              "a value of table " + quoted(table) + " has another type than its column " +
                  quoted(bare_columns(last_word(message)))};
    case SQLITE_CONSTRAINT_TRIGGER:  // RAISE() of a trigger: its author's words
      return {400, "P0001", std::string(message)};
    default:
      telemetry::log(telemetry::Level::kError, "SQLite: " + std::string(message));
      return {400, "23000", "a constraint of table " + quoted(table) + " is violated"};
  }
}

// What can go wrong while a statement runs, by words of SQLite's message: it
// has no codes for them.
struct RunTimeError {
  std::string_view words;
  int status;
  const char* code;  // an SQLSTATE (postgresql.org, errcodes-appendix)
  const char* message;
  const char* hint;
};
constexpr RunTimeError kRunTimeErrors[] = {
    {"integer overflow", 400, "22003", "bigint out of range",
     "Cast to another type first: column::numeric."},
    {"malformed JSON", 400, "22P02", "invalid input syntax for type json",
     "A value that the request reads as JSON is none."},
    {"JSON path", 400, "42601", "a JSON path cannot be read", ""},
    {"LIKE or GLOB pattern", 400, "54001", "the pattern is too long", ""},
    {"ESCAPE expression", 400, "22019", "an escape must be a single character", ""},
    {"invalid regular expression", 400, "2201B", "invalid regular expression", ""},
    {"fts5:", 400, "42601", "syntax error in a full-text query", ""},
    {"unterminated string", 400, "42601", "syntax error in a full-text query", ""},
    {"Expression tree is too large", 413, "54001", "the request is too complex",
     "Use fewer conditions."},
    {"too many", 413, "54001", "the request is too complex", "Ask for less at once."},
    {"stack overflow", 413, "54001", "the request is too complex", "Use fewer conditions."},
    {"tables in a join", 413, "54001", "the request is too complex",
     "Embed fewer related resources."},
};

ApiError several_rows(std::string_view name) {
  const std::string source(name);
  return {400, "21000",
          "more than one row of '" + source + "' belongs to a row that has one at most",
          "Nothing holds '" + source + "' to one row, and which of them is meant is not said.",
          "Say which with order and limit=1 of the embedded resource."};
}

ApiError run_time_error(std::string_view message) {
  if (message.starts_with(kSeveralRows)) return several_rows(message.substr(kSeveralRows.size()));
  for (const RunTimeError& row : kRunTimeErrors) {
    if (message.find(row.words) != std::string_view::npos)
      return {row.status, row.code, row.message, {}, row.hint};
  }
  return ApiError(base::Error{base::Code::kInternal, "SQLite: " + std::string(message)});
}

ApiError timed_out() { return {504, "57014", "canceling statement due to statement timeout"}; }

ApiError memory_error() {
  if (db::memory_timed_out()) return timed_out();
  if (db::memory_refusal() == base::Budget::Grant::kTooMuch) {
    return {413,
            "54000",
            "the request takes more memory than one client may have",
            {},
            "Ask for fewer or smaller values with select and limit, or have request_memory_bytes "
            "raised."};
  }
  return {503, "53200", "the memory for requests is in use at the moment: try again"};
}

// A virtual table's own finding: of full-text indexes whose rows have gone or changed without them.
ApiError out_of_step(std::string_view table, const std::string& message) {
  telemetry::log(telemetry::Level::kError,
                 "an index is out of step with its rows: prodev doctor names it and its mend",
                 {{"table", table}, {"error", message}});
  return {500,
          "XX002",
          "an index of relation " + quoted(table) +
              ", or one that its triggers write, is out of "
              "step with its rows",
          {},
          "The owner of the database has it made anew: prodev doctor tells how."};
}

}  // namespace

ApiError::ApiError(const base::Error& error) : message(error.message) {
  switch (error.code) {
    case base::Code::kBadInput:
    case base::Code::kUsage:
      status = 400;
      code = "22023";
      return;
    case base::Code::kTimeout:
      status = 504;
      code = "57014";
      message = "canceling statement due to statement timeout";
      return;
    case base::Code::kTooLarge:
      status = 413;
      code = "54000";
      return;
    case base::Code::kCorrupt:
      code = "XX001";
      message = "stored data is damaged: see the server's log";
      break;
    case base::Code::kBusy:
    case base::Code::kUnavailable:
      status = 503;
      code = "PGRST001";
      message = "the database is not available at the moment: try again";
      break;
    default:
      status = 500;
      code = "XX000";
      message = "the server could not answer: see its log";
      break;
  }
  telemetry::log(telemetry::Level::kError, error.message);
}

ApiError sqlite_error(sqlite3* connection, std::string_view table) {
  const int code = ::sqlite3_extended_errcode(connection);
  const std::string message = ::sqlite3_errmsg(connection);
  switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
      return constraint_error(code, message, table);
    case SQLITE_INTERRUPT:
      return timed_out();
    case SQLITE_MISMATCH:  // of an INTEGER PRIMARY KEY; that numbers are whole is
                           // checked before
      return {400, "23502",
              "null value in the primary key of relation " + quoted(table) +
                  " violates not-null constraint"};
    case SQLITE_AUTH:
      telemetry::log(telemetry::Level::kError, "a request for table " + std::string(table) +
                                                   " met what no client may run: " + message);
      return {403,
              "42501",
              "permission denied for what table " + quoted(table) + " is made of",
              {},
              "The owner of the database is told more by prodev doctor."};
    case SQLITE_NOMEM:
      return memory_error();
    case SQLITE_FULL:
      return full_error(message);
    case SQLITE_TOOBIG:
      // Of a function of ours, which says more (pattern_functions.cpp).
      if (message.starts_with("the regular expression")) {
        return {
            413,
            "54000",
            message,
            {},
            "Repeat less in it, look for fixed text with like, or filter by another column, too."};
      }
      return {413, "54000", "a value or the statement is too large"};
    case SQLITE_CORRUPT:
      if (code == SQLITE_CORRUPT_VTAB) return out_of_step(table, message);
      [[fallthrough]];
    case SQLITE_NOTADB:
      db::note_damage(table, message);
      // Nor could it be committed: whatever else is in it runs again without this request.
      if (::sqlite3_get_autocommit(connection) == 0)
        ::sqlite3_exec(connection, "ROLLBACK", nullptr, nullptr, nullptr);
      return {500,
              "XX001",
              "stored data of relation " + quoted(table) + " is damaged",
              {},
              "The server's log says more."};
    case SQLITE_ERROR:
      if (std::optional<ApiError> fault = schema_fault(message, table)) return *std::move(fault);
      return run_time_error(message);
    default:
      break;
  }
  return ApiError(base::Error{base::Code::kUnavailable, "SQLite: " + message});
}

ApiError full_error(const std::string& message) {
  switch (db::temporary_refusal()) {
    case base::Budget::Grant::kTooMuch:
      return {413,
              "54000",
              "the request takes more temporary space than one client may have",
              {},
              "Sort or group fewer rows, or have temporary_bytes raised."};
    case base::Budget::Grant::kBusy:
      return {503, "53100", "the space for large requests and responses is in use: try again"};
    case base::Budget::Grant::kGranted:
      break;
  }
  return ApiError(base::Error{base::Code::kUnavailable, "SQLite: " + message});
}

ApiError broken_reference(std::string_view table) {
  return {409, "23503",
          "insert, update or delete on table " + quoted(table) + " violates foreign key constraint",
          "A row that this row refers to is missing, or other rows still refer "
          "to it."};
}

ApiError unknown_column(std::string_view table, std::string_view column,
                        const std::vector<std::string>& known) {
  const std::string near = config::nearest(column, known);
  return {400,
          "42703",
          "column " + std::string(table) + "." + std::string(column) + " does not exist",
          {},
          near.empty() ? ""
                       : "Perhaps you meant to reference the column " +
                             quoted(std::string(table) + "." + near) + "."};
}

}  // namespace prodev::query
