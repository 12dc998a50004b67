// Carrying out the statements of statement.h: they change the system tables.
//
// Rules name their table. What a schema file does to the table they follow: another name, another
// column's name, an end, or the table that is made anew in its place (statements/rule_follower.h).
// Whoever changes a table in another way leaves rules without one behind: these have no effect
// (rules.h), describe_rules() tells of them, and DROP POLICY and REVOKE remove them, as the next
// start and the next schema file do.
//
// Privileges differ from PostgreSQL's in what is the default (every role has every privilege on
// tables, and policies decide) and in that REVOKE always takes away:
//   GRANT verb            the role may use every column
//   GRANT verb (a, b)     the role may use a and b; more grants of columns add to them
//   REVOKE verb           the role may not
//   REVOKE verb (a)       the role may use the columns that it could use and the table had, but a
// What is said to a role stands above what is said to its roles and to PUBLIC.
#pragma once

#include "access/statement.h"
#include "access/system_tables.h"
#include "db/sql_script.h"

namespace prodev::access {

// For db::apply_migrations. The system tables must exist (db::apply_system_migrations).
db::StatementHook schema_statements();

// One statement each. Errors are kBadInput for what the statement refers to and kConflict for what
// the present rules do not allow, at the spot.
db::StatementResult<void> carry_out(SystemTables& tables, const CreateRole& create);
db::StatementResult<void> carry_out(SystemTables& tables, const DropRole& drop);
db::StatementResult<void> carry_out(SystemTables& tables, const Membership& membership);
db::StatementResult<void> carry_out(SystemTables& tables, const CreatePolicy& create);
db::StatementResult<void> carry_out(SystemTables& tables, const AlterPolicy& alter);
db::StatementResult<void> carry_out(SystemTables& tables, const DropPolicy& drop);
db::StatementResult<void> carry_out(SystemTables& tables, const ChangePrivileges& change);
db::StatementResult<void> carry_out(SystemTables& tables, const EnableRowSecurity& enable);

}  // namespace prodev::access
