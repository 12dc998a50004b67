// What SQL functions written in C++ have in common.
#pragma once

#include <sqlite3.h>

#include <exception>
#include <new>
#include <span>
#include <string_view>

#include "base/result.h"
#include "db/connection.h"
#include "db/errors.h"
#include "db/statement_watch.h"

namespace prodev::query {

inline std::string_view text_of(sqlite3_value* value) {
  const auto* text = reinterpret_cast<const char*>(::sqlite3_value_text(value));
  if (text == nullptr) return {};
  return {text, static_cast<size_t>(::sqlite3_value_bytes(value))};
}

inline bool is_null(sqlite3_value* value) { return ::sqlite3_value_type(value) == SQLITE_NULL; }

// Nothing that is thrown may go on into SQLite, which is C: memory that runs out, or whatever else,
// ends the statement, not the process.
template <class Work>
void guarded(sqlite3_context* context, const Work& work) noexcept {
  try {
    work();
  } catch (const std::bad_alloc&) {
    ::sqlite3_result_error_nomem(context);
  } catch (const std::exception&) {
    ::sqlite3_result_error(context, "a function of the server failed", -1);
  }
}

// The same as when SQLite itself sees that the time is over.
inline void interrupt(sqlite3_context* context) {
  ::sqlite3_result_error(context, "interrupted", -1);
  ::sqlite3_result_error_code(context, SQLITE_INTERRUPT);
}

// False: the statement has been ended, and the function is to return.
inline bool may_work(sqlite3_context* context, uint64_t steps) {
  if (!db::must_end(::sqlite3_context_db_handle(context), steps)) return true;
  interrupt(context);
  return false;
}

// One scalar function, or with `step` and `final` an aggregate, as sqlite3_create_function_v2 has
// it.
struct SqlFunction {
  const char* name;
  int arguments;  // -1: any number
  void (*scalar)(sqlite3_context*, int, sqlite3_value**) noexcept;
  void (*step)(sqlite3_context*, int, sqlite3_value**) noexcept = nullptr;
  void (*final)(sqlite3_context*) noexcept = nullptr;
};

// The same arguments must give the same result.
inline base::Result<void> register_all(db::Connection& connection,
                                       std::span<const SqlFunction> functions) {
  for (const SqlFunction& function : functions) {
    const int code =
        ::sqlite3_create_function_v2(connection.handle(), function.name, function.arguments,
                                     SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, nullptr,
                                     function.scalar, function.step, function.final, nullptr);
    if (code != SQLITE_OK)
      return db::fail_sqlite(connection.handle(), "a function cannot be registered");
  }
  return {};
}

}  // namespace prodev::query
