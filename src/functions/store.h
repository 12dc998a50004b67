// Carrying out the statements of function_statement.h: they change the system tables.
//
// A function is checked against the database when it is made, and a schema file after which it fits
// no longer is refused (statements/rule_follower.h). One that someone else has left without its
// table is kept and left out of the catalog, which tells why, until it fits again.
//
// Nobody but service_role may call a function before EXECUTE is granted, unlike in PostgreSQL,
// where PUBLIC may. REVOKE always takes away. CREATE OR REPLACE keeps what was granted, DROP
// forgets it.
#pragma once

#include "access/system_tables.h"
#include "db/sql_script.h"
#include "functions/function_statement.h"

namespace prodev::functions {

// For db::apply_migrations: these statements and those of access control. The system tables must
// exist (db::apply_system_migrations).
db::StatementHook schema_statements();

// One statement each. Errors are kBadInput for what the statement refers to and kConflict for what
// the present functions do not allow, at the spot.
db::StatementResult<void> carry_out(access::SystemTables& tables, const CreateFunction& create);
db::StatementResult<void> carry_out(access::SystemTables& tables, const DropFunction& drop);
db::StatementResult<void> carry_out(access::SystemTables& tables, const RenameFunction& rename);
db::StatementResult<void> carry_out(access::SystemTables& tables, const ChangeExecute& change);

}  // namespace prodev::functions
