// FunctionDefinition: a function as its author wrote it, and making a Function of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "catalog/function.h"
#include "db/connection.h"

namespace prodev::catalog {

constexpr size_t kMaxArguments = 100;
constexpr size_t kMaxBodyBytes = 64 * 1024;
constexpr size_t kMaxBodyStatements = 100;

struct TypeReference {
  std::string name;  // as kind_called() takes it, or a table's
  bool is_array = false;
  bool is_table = false;

  std::string text() const { return name + (is_array ? "[]" : ""); }
};

struct FunctionDefinition {
  struct ArgumentDefinition {
    std::string name;  // empty: none
    TypeReference type;
    std::optional<std::string> default_source;
  };
  struct ColumnDefinition {
    std::string name;
    TypeReference type;
  };

  int64_t id = 0;
  std::string name;
  std::vector<ArgumentDefinition> arguments;
  Function::Returns returns = Function::Returns::kNothing;
  TypeReference returns_type;             // kScalar and kTable
  std::vector<ColumnDefinition> columns;  // kColumns
  bool returns_set = false;
  Volatility volatility = Volatility::kVolatile;
  bool strict = false;
  std::optional<uint64_t> row_count;
  std::string body;

  // "top_rated(bigint, text)": types that are one here have one name.
  std::string signature() const;
};

// What is wrong with a definition, and where in it.
struct FunctionError {
  enum class Part : uint8_t { kWhole, kBody, kDefault };

  base::Error error;  // kBadInput: it does not fit the schema; else the database cannot be asked
  Part part = Part::kWhole;
  size_t argument = 0;  // kDefault: whose
  size_t offset = 0;    // into the source of the part
};

// Checks everything that can be told without running it: each statement of the body can be prepared
// for a client, gives the columns that it is to return, and writes only if the function is
// volatile. Statements of `connection` that are half-way through their rows are prepared anew.
tl::expected<Function, FunctionError> make_function(db::Connection& connection,
                                                    const Catalog& catalog,
                                                    const FunctionDefinition& definition);

}  // namespace prodev::catalog
