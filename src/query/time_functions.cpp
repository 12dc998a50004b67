#include "query/time_functions.h"

#include "db/errors.h"
#include "query/date_time.h"
#include "query/sql_function.h"

namespace prodev::query {

namespace {

// Longer texts are no times, and are not looked at.
constexpr int kMostBytes = 64;

void time_key_function(sqlite3_context* context, int, sqlite3_value** values) {
  const bool may_be = ::sqlite3_value_type(values[0]) == SQLITE_TEXT &&
                      ::sqlite3_value_bytes(values[0]) <= kMostBytes;
  if (!may_be) return ::sqlite3_result_value(context, values[0]);
  guarded(context, [&] {
    const std::optional<std::string> key = time_key(text_of(values[0]));
    if (!key) return ::sqlite3_result_value(context, values[0]);
    ::sqlite3_result_text64(context, key->data(), key->size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  });
}

}  // namespace

base::Result<void> register_time_functions(db::Connection& connection) {
  static constexpr SqlFunction kTimeKey{"_time_key", 1, time_key_function};
  if (kTimeKey.register_on(connection.handle()) == SQLITE_OK) return {};
  return db::fail_sqlite(connection.handle(), "a function cannot be registered");
}

}  // namespace prodev::query
