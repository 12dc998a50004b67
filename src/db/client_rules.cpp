#include "db/client_rules.h"

#include <sqlite3.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "db/system_schema.h"
#include "text/ascii.h"

namespace prodev::db {

namespace {

// FTS5 asks for data_version inside its own statements; the writer defers foreign keys, and all of
// us ask for schema_version (schema_number.h).
bool is_harmless_pragma(const char* name, const char* argument) {
  if (name == nullptr) return false;
  const bool only_tells = text::equal_ignoring_case(name, "data_version") ||
                          text::equal_ignoring_case(name, "schema_version");
  return (argument == nullptr && only_tells) ||
         text::equal_ignoring_case(name, "defer_foreign_keys");
}

// An R-Tree asks how many rows it has when it is connected.
bool is_statistic(int action, const char* table, const char* column) {
  return action == SQLITE_READ && table != nullptr && column != nullptr &&
         text::equal_ignoring_case(table, "sqlite_stat1") &&
         (text::equal_ignoring_case(column, "stat") || text::equal_ignoring_case(column, "tbl"));
}

// The tables pragma_table_info(...) and their like run their pragma when they are read, which would
// be refused then, from a view or a trigger that was taken.
bool is_pragma_table(std::string_view name) {
  constexpr std::string_view kBegin = "pragma_";
  // Those that tell of the schema or the file: any other table may be called pragma_something.
  constexpr std::string_view kPragmas[] = {
      "table_info",      "table_xinfo",       "table_list",       "index_list",
      "index_info",      "index_xinfo",       "foreign_key_list", "foreign_keys",
      "integrity_check", "quick_check",       "function_list",    "foreign_key_check",
      "module_list",     "pragma_list",       "user_version",     "collation_list",
      "database_list",   "compile_options",   "page_count",       "page_size",
      "application_id",  "freelist_count",    "encoding",         "journal_mode",
      "query_only",      "recursive_triggers"};
  if (!text::equal_ignoring_case(name.substr(0, kBegin.size()), kBegin)) return false;
  return std::any_of(std::begin(kPragmas), std::end(kPragmas), [&](std::string_view pragma) {
    return text::equal_ignoring_case(name.substr(kBegin.size()), pragma);
  });
}

// The actions of sqlite3_set_authorizer (c3ref/c_alter_table). `context`: the trigger or view that
// the access comes from; null when it stands in the statement itself.
int judge(void*, int action, const char* first, const char* second, const char*,
          const char* context) noexcept {
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_TRANSACTION:
    case SQLITE_SAVEPOINT:
    case SQLITE_RECURSIVE:
      return SQLITE_OK;
    case SQLITE_READ:
      if (first != nullptr && is_pragma_table(first)) return SQLITE_DENY;
      [[fallthrough]];
    case SQLITE_INSERT:
    case SQLITE_UPDATE:
    case SQLITE_DELETE:
      if (context != nullptr || is_declaration(action, first, second) ||
          is_statistic(action, first, second))
        return SQLITE_OK;
      return first != nullptr && is_system_table(first) ? SQLITE_DENY : SQLITE_OK;
    case SQLITE_FUNCTION:
      return second != nullptr && text::equal_ignoring_case(second, "load_extension") ? SQLITE_DENY
                                                                                      : SQLITE_OK;
    case SQLITE_PRAGMA:
      return is_harmless_pragma(first, second) ? SQLITE_OK : SQLITE_DENY;
    default:
      return SQLITE_DENY;
  }
}

}  // namespace

bool is_declaration(int action, const char* table, const char* column) {
  if (table == nullptr || !text::equal_ignoring_case(table, "sqlite_master")) return false;
  return action == SQLITE_UPDATE ||
         (action == SQLITE_READ && column != nullptr && text::equal_ignoring_case(column, "ROWID"));
}

void restrict_to_client_statements(Connection& connection) {
  sqlite3* handle = connection.handle();
  ::sqlite3_limit(handle, SQLITE_LIMIT_SQL_LENGTH, 1'000'000);
  ::sqlite3_limit(handle, SQLITE_LIMIT_EXPR_DEPTH, 400);
  ::sqlite3_limit(handle, SQLITE_LIMIT_COMPOUND_SELECT, 50);
  ::sqlite3_limit(handle, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 2'000);
  ::sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, 256 * 1024 * 1024);
  ::sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0);
  ::sqlite3_limit(handle, SQLITE_LIMIT_TRIGGER_DEPTH, 100);
  ::sqlite3_set_authorizer(handle, judge, nullptr);
  connection.set_restricted(true);
}

TrustedScope::TrustedScope(Connection& connection)
    : connection_(connection), restricted_(connection.restricted()) {
  if (!restricted_) return;
  ::sqlite3_set_authorizer(connection_.handle(), nullptr, nullptr);
  connection_.set_restricted(false);  // a scope within this one changes nothing
}

TrustedScope::~TrustedScope() {
  if (!restricted_) return;
  ::sqlite3_set_authorizer(connection_.handle(), judge, nullptr);
  connection_.set_restricted(true);
}

ClientScope::ClientScope(Connection& connection) : connection_(connection) {
  ::sqlite3_set_authorizer(connection_.handle(), judge, nullptr);
}

ClientScope::~ClientScope() {
  if (!connection_.restricted()) ::sqlite3_set_authorizer(connection_.handle(), nullptr, nullptr);
}

}  // namespace prodev::db
