// What statements made for a client may do.
#pragma once

#include "db/connection.h"

namespace prodev::db {

// From now on, every statement prepared on `connection` is refused (kBadInput) when it attaches a
// database, runs a pragma, changes the schema, loads an extension, or touches a table of the system
// (names beginning with "_" or "sqlite_") other than from within a trigger or view, which belong to
// the schema. Sets limits on the size of statements, too.
void restrict_to_client_statements(Connection& connection);

// Lifts the restriction for as long as it lives: for statements of our own.
class TrustedScope {
 public:
  explicit TrustedScope(Connection& connection);
  ~TrustedScope();
  TrustedScope(const TrustedScope&) = delete;
  TrustedScope& operator=(const TrustedScope&) = delete;

 private:
  Connection& connection_;
  bool restricted_;
};

}  // namespace prodev::db
