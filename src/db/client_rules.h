// What statements made for a client may do.
#pragma once

#include "db/connection.h"

namespace prodev::db {

// From now on, every statement prepared on `connection` is refused (kBadInput) when it attaches a
// database, runs a pragma, changes the schema, loads an extension, or touches a table of the system
// (is_system_table) other than from within a trigger or view, which belong to
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

// For as long as it lives, the connection prepares only what clients may run: for trying out what
// the schema says will run for them.
class ClientScope {
 public:
  explicit ClientScope(Connection& connection);
  ~ClientScope();
  ClientScope(const ClientScope&) = delete;
  ClientScope& operator=(const ClientScope&) = delete;

 private:
  Connection& connection_;
};

// For authorizers: whether they are asked while a virtual table is connected, for which SQLite has
// sqlite3_declare_vtab() parse a CREATE TABLE, which would update the row of the table. A statement
// that really updates the schema fails all the same, without writable_schema.
bool is_declaration(int action, const char* table, const char* column);

}  // namespace prodev::db
