// Who the statements of a connection are run for, for what a schema says of it outside of policies:
// auth.uid() in a DEFAULT, a trigger or a view.
//
// Stored SQL cannot have parameters, so there it is the call of a function:
//
//   auth.uid()   _prodev_auth_uid()    text; NULL without a user
//   auth.role()  _prodev_auth_role()   text
//   auth.jwt()   _prodev_auth_jwt()    JSON text of the claims
//
// All are NULL outside of a CallerScope: in migrations, imports and commands.
#pragma once

#include <string_view>

#include "db/connection.h"

namespace prodev::db {

// For as long as it lives, the statements of `connection` that this thread runs are this caller's.
// The views must stay as long. Scopes may nest.
class CallerScope {
 public:
  CallerScope(Connection& connection, std::string_view subject, std::string_view role,
              std::string_view claims);
  ~CallerScope();
  CallerScope(const CallerScope&) = delete;
  CallerScope& operator=(const CallerScope&) = delete;

 private:
  friend struct CallerFunctions;
  const sqlite3* handle_;
  std::string_view subject_;  // empty: NULL
  std::string_view role_;
  std::string_view claims_;
  const CallerScope* outer_;
};

// Every connection has the functions, or it could not read views that call them.
base::Result<void> register_caller_functions(Connection& connection);

}  // namespace prodev::db
