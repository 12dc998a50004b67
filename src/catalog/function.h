// Function: what CREATE FUNCTION makes: SQL with a name, arguments and a result.
//
// A function of a row is a computed column or relationship of its table, and is not called by
// itself; any other one is called with arguments. Either runs with its owner's rights: no policies
// apply inside it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"

namespace prodev::catalog {

enum class Volatility : uint8_t { kVolatile, kStable, kImmutable };

struct Argument {
  // Its name (empty: none) and type. An array is kJson: the text of a JSON array.
  Column column;
  std::optional<ValueKind> element;        // of an array
  std::optional<std::string> default_sql;  // an expression; may hold the caller's ?1 to ?3

  bool required() const { return !default_sql; }
};

struct FunctionStatement {
  std::string sql;  // with ?1 to ?3 of the caller, and the arguments from ?4 on
  bool reads_only = true;
};

// The body of a function of a row, cut where it names a column of the row.
struct RowBody {
  struct Piece {
    std::string sql;
    std::string column;  // follows `sql`; empty: none, at the end
  };
  std::vector<Piece> pieces;
  std::vector<std::string> names;  // in the pieces, in lower case: tables, aliases, columns, words
};

struct Function {
  enum class Returns : uint8_t {
    kNothing,
    kScalar,   // `rows` has one column, called as the function
    kTable,    // what a row of `returned_table` has
    kColumns,  // those that RETURNS TABLE names
  };

  int64_t id = 0;
  std::string name;
  std::string signature;            // "top_rated(bigint, text)": the name may have several
  std::string description;          // what comments say of it; may be empty
  std::vector<Argument> arguments;  // none of a function of a row
  std::string row_table;            // whose rows it takes; empty: not a function of a row

  Returns returns = Returns::kNothing;
  bool returns_set = false;  // any number of rows; else the first one
  std::string returned_table;
  // The result as if it were a table, called as the function; the keys are those of the returned
  // table.
  Table rows;
  std::optional<uint64_t> row_count;  // ROWS

  Volatility volatility = Volatility::kVolatile;
  bool strict = false;                  // NULL for any argument: NULL, without being run
  bool reads_only = true;               // none of its statements writes
  bool uses_identity = false;           // depends on who calls
  std::vector<FunctionStatement> body;  // of a function of a row: one, with NULL for its columns
  RowBody row_body;

  bool takes_row() const { return !row_table.empty(); }
  // Of a function of a row: a relationship rather than a column; then whether it is to one row.
  bool is_relationship() const { return returns == Returns::kTable; }
  bool is_to_one() const { return !returns_set || row_count == 1U; }
};

// The body of a function of a row as a subquery in parentheses, for the row that the statement
// around it calls `qualifier` (in SQL: quoted where that is needed): one value, or rows with the
// columns of `function.rows`. It may hold ?1 to ?3. REQUIRES of a relationship: nothing shadows
// `qualifier`.
std::string inline_body(const Function& function, std::string_view qualifier);

// Whether the body has something of its own that is called `qualifier`: FROM product, in a function
// of a product. Then columns of the row cannot be told by that name inside it.
bool shadows(const Function& function, std::string_view qualifier);

// The columns of the row that the body needs, as a subquery in parentheses. It gives the row
// another name: (SELECT <what has inline_body(function, "_1")> FROM <row_source> AS _1).
std::string row_source(const Function& function, std::string_view qualifier);

}  // namespace prodev::catalog
