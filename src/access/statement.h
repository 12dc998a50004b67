// The statements of access control, in PostgreSQL's syntax, parsed from a schema file.
//
//   CREATE ROLE name [IN ROLE role, ...]          DROP ROLE [IF EXISTS] name
//   GRANT role, ... TO role, ...                  REVOKE role, ... FROM role, ...
//   GRANT|REVOKE privilege, ... ON [TABLE] table, ... TO|FROM role, ...
//       privilege: SELECT|INSERT|UPDATE|DELETE|ALL [PRIVILEGES] [(column, ...)]
//   CREATE POLICY name ON table [AS PERMISSIVE|RESTRICTIVE] [FOR ALL|SELECT|INSERT|UPDATE|DELETE]
//       [TO role, ...] [USING (expression)] [WITH CHECK (expression)]
//   ALTER POLICY name ON table RENAME TO name
//   ALTER POLICY name ON table [TO role, ...] [USING (expression)] [WITH CHECK (expression)]
//   DROP POLICY [IF EXISTS] name ON table
//   ALTER TABLE table ENABLE|FORCE ROW LEVEL SECURITY   accepted and ignored: it is always on
//
// Keywords are read in any case; names are folded to lower case unless quoted, except that tables
// and columns are matched in any case, as SQLite does. `public.` and `main.` before a table are
// dropped. PUBLIC is the role "public".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "access/verb.h"
#include "db/sql_script.h"

namespace prodev::access {

constexpr size_t kMaxNameBytes = 128;
constexpr size_t kMaxListItems = 1000;
constexpr size_t kMaxExpressionBytes = 64 * 1024;

// A part of a statement, with its offset there for errors.
struct Name {
  std::string text;
  size_t offset = 0;
};
struct Expression {
  std::string_view text;  // without its parentheses; points into the statement
  size_t offset = 0;
};

struct CreateRole {
  Name role;
  std::vector<Name> member_of;
};
struct DropRole {
  Name role;
  bool if_exists = false;
};
struct Membership {
  bool grant = true;  // false: REVOKE
  std::vector<Name> roles;
  std::vector<Name> members;
};

struct CreatePolicy {
  Name name;
  Name table;
  bool restrictive = false;
  std::optional<Verb> verb;  // nullopt: ALL
  std::vector<Name> roles;   // never empty: "public" when none is given
  std::optional<Expression> using_expression;
  std::optional<Expression> check_expression;
};
struct AlterPolicy {
  Name name;
  Name table;
  std::optional<Name> new_name;
  std::vector<Name> roles;  // empty: as they were
  std::optional<Expression> using_expression;
  std::optional<Expression> check_expression;
};
struct DropPolicy {
  Name name;
  Name table;
  bool if_exists = false;
};

struct Privilege {
  std::vector<Verb> verbs;
  std::vector<Name> columns;  // empty: the whole table
};
struct ChangePrivileges {
  bool grant = true;  // false: REVOKE
  std::vector<Privilege> privileges;
  std::vector<Name> tables;
  std::vector<Name> roles;
};
struct EnableRowSecurity {
  Name table;
};

using AccessStatement = std::variant<CreateRole, DropRole, Membership, CreatePolicy, AlterPolicy,
                                     DropPolicy, ChangePrivileges, EnableRowSecurity>;

// Whether a policy for `verb` may have these expressions: INSERT has no row to look at before,
// SELECT and DELETE make no new one.
db::StatementResult<void> check_policy_clauses(std::optional<Verb> verb,
                                               const std::optional<Expression>& using_expression,
                                               const std::optional<Expression>& check_expression);

// nullopt: not one of these statements (SQLite's). A word that seems meant for one of them is an
// error with a suggestion. Errors are kBadInput, say what was expected, and point at the spot.
db::StatementResult<std::optional<AccessStatement>> parse_statement(std::string_view statement);

}  // namespace prodev::access
