#include "db/current_caller.h"

#include <sqlite3.h>

#include "db/errors.h"

namespace prodev::db {

namespace {
thread_local const CallerScope* innermost = nullptr;
}  // namespace

CallerScope::CallerScope(Connection& connection, std::string_view subject, std::string_view role,
                         std::string_view claims)
    : handle_(connection.handle()),
      subject_(subject),
      role_(role),
      claims_(claims),
      outer_(innermost) {
  innermost = this;
}

CallerScope::~CallerScope() { innermost = outer_; }

struct CallerFunctions {
  using Part = std::string_view CallerScope::*;

  template <Part part>
  static void call(sqlite3_context* context, int, sqlite3_value**) noexcept {
    const CallerScope* scope = innermost;
    if (scope == nullptr || scope->handle_ != ::sqlite3_context_db_handle(context)) return;
    const std::string_view text = scope->*part;
    if (text.empty()) return;
    ::sqlite3_result_text64(context, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  }

  struct Row {
    const char* name;
    void (*function)(sqlite3_context*, int, sqlite3_value**);
  };
  static constexpr Row kRows[] = {{"_prodev_auth_uid", call<&CallerScope::subject_>},
                                  {"_prodev_auth_role", call<&CallerScope::role_>},
                                  {"_prodev_auth_jwt", call<&CallerScope::claims_>}};
};

base::Result<void> register_caller_functions(Connection& connection) {
  for (const CallerFunctions::Row& row : CallerFunctions::kRows) {
    // Not deterministic: an index or a generated column would keep one caller's answer for others.
    const int code = ::sqlite3_create_function_v2(connection.handle(), row.name, 0,
                                                  SQLITE_UTF8 | SQLITE_INNOCUOUS, nullptr,
                                                  row.function, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK)
      return fail_sqlite(connection.handle(), "a function cannot be registered");
  }
  return {};
}

}  // namespace prodev::db
