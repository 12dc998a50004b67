// The statements about functions, in PostgreSQL's syntax, parsed from a schema file.
//
//   CREATE [OR REPLACE] FUNCTION name ([argument, ...]) [RETURNS result] option ...
//       argument: [IN|VARIADIC] [name] type [DEFAULT expression | = expression]
//       result:   void | [SETOF] type | [SETOF] table | TABLE (column type, ...)
//       option:   LANGUAGE sql | AS $$ body $$ | AS 'body' | IMMUTABLE | STABLE | VOLATILE
//                 | STRICT | RETURNS NULL ON NULL INPUT | CALLED ON NULL INPUT
//                 | SECURITY DEFINER | ROWS n
//                 | COST n | [NOT] LEAKPROOF | PARALLEL word      accepted and ignored
//   DROP FUNCTION [IF EXISTS] function, ...
//   ALTER FUNCTION function RENAME TO name
//   GRANT|REVOKE EXECUTE|ALL [PRIVILEGES] ON FUNCTION function, ... TO|FROM role, ...
//   GRANT|REVOKE EXECUTE|ALL [PRIVILEGES] ON ALL FUNCTIONS IN SCHEMA public TO|FROM role, ...
//       function: name[(type, ...)]
//
// Names are read as access/statement.h says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "access/statement.h"
#include "catalog/function.h"
#include "db/sql_tokens.h"

namespace prodev::functions {

using access::Name;

struct TypeName {
  Name name;  // of a type, in lower case and its words one space apart, or of a table
  bool is_array = false;
};

struct NewArgument {
  std::optional<Name> name;
  TypeName type;
  std::optional<access::Expression> default_value;
};

struct NewColumn {
  Name name;
  TypeName type;
};

struct Body {
  db::SqlToken quoted;  // the string

  std::string text() const { return quoted.value(); }
  // Where a byte of text() is in the statement.
  size_t offset_of(size_t offset) const;
};

struct CreateFunction {
  Name name;
  bool or_replace = false;
  std::vector<NewArgument> arguments;
  std::optional<TypeName> returns;  // none: void, or `columns`
  std::vector<NewColumn> columns;   // RETURNS TABLE
  bool returns_set = false;
  catalog::Volatility volatility = catalog::Volatility::kVolatile;
  bool strict = false;
  std::optional<uint64_t> row_count;
  Body body;
};

// A function that there is.
struct FunctionName {
  Name name;
  std::optional<std::vector<TypeName>> arguments;  // none: the only one of the name
};

struct DropFunction {
  std::vector<FunctionName> functions;
  bool if_exists = false;
};

struct RenameFunction {
  FunctionName function;
  Name new_name;
};

struct ChangeExecute {
  bool grant = true;                    // false: REVOKE
  std::vector<FunctionName> functions;  // empty: all
  std::vector<Name> roles;
};

using FunctionStatement = std::variant<CreateFunction, DropFunction, RenameFunction, ChangeExecute>;

// nullopt: not one of these statements. Errors are kBadInput, say what was expected, and point at
// the spot.
db::StatementResult<std::optional<FunctionStatement>> parse_statement(std::string_view statement);

}  // namespace prodev::functions
