#include "catalog/functions.h"

#include <map>

namespace prodev::catalog {

namespace {

using Returns = Function::Returns;

Returns returns_called(std::string_view name) {
  if (name == "scalar") return Returns::kScalar;
  if (name == "table") return Returns::kTable;
  return name == "columns" ? Returns::kColumns : Returns::kNothing;
}

Volatility volatility_called(std::string_view name) {
  if (name == "stable") return Volatility::kStable;
  return name == "immutable" ? Volatility::kImmutable : Volatility::kVolatile;
}

base::Result<bool> has_functions(db::Connection& connection) {
  TRY_ASSIGN(db::Statement found, connection.prepare("SELECT 1 FROM sqlite_schema"
                                                     " WHERE name = '_prodev_function_privilege'"));
  return found.step();
}

base::Result<void> read_arguments(db::Connection& connection, FunctionDefinition& definition) {
  TRY_ASSIGN(db::Statement rows,
             connection.prepare(
                 "SELECT name, type, is_array, is_row, default_value"
                 " FROM _prodev_function_argument WHERE function_id = ? ORDER BY position"));
  rows.bind_int(1, definition.id);
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) return {};
    FunctionDefinition::ArgumentDefinition argument;
    argument.name = rows.column_text(0);
    argument.type = {std::string(rows.column_text(1)), rows.column_int(2) != 0,
                     rows.column_int(3) != 0};
    if (!rows.column_is_null(4)) argument.default_source = rows.column_text(4);
    definition.arguments.push_back(std::move(argument));
  }
}

base::Result<void> read_columns(db::Connection& connection, FunctionDefinition& definition) {
  TRY_ASSIGN(db::Statement rows,
             connection.prepare("SELECT name, type, is_array FROM _prodev_function_column"
                                " WHERE function_id = ? ORDER BY position"));
  rows.bind_int(1, definition.id);
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) return {};
    definition.columns.push_back(
        {std::string(rows.column_text(0)),
         {std::string(rows.column_text(1)), rows.column_int(2) != 0, false}});
  }
}

// What comments say of functions, by name; overloads share one.
base::Result<std::map<std::string, std::string>> read_descriptions(db::Connection& connection) {
  std::map<std::string, std::string> descriptions;
  TRY_ASSIGN(db::Statement found,
             connection.prepare("SELECT 1 FROM sqlite_schema WHERE name = '_prodev_comment'"));
  TRY_ASSIGN(const bool present, found.step());
  if (!present) return descriptions;
  TRY_ASSIGN(db::Statement rows,
             connection.prepare("SELECT name, text FROM _prodev_comment WHERE kind = 'function'"));
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) return descriptions;
    descriptions.emplace(rows.column_text(0), rows.column_text(1));  // NULL is empty
  }
}

}  // namespace

base::Result<std::vector<FunctionDefinition>> load_definitions(db::Connection& connection) {
  std::vector<FunctionDefinition> definitions;
  TRY_ASSIGN(
      db::Statement rows,
      connection.prepare("SELECT id, name, returns, returns_type, returns_array, returns_set,"
                         " volatility, strict, row_count, body FROM _prodev_function"
                         " ORDER BY name, signature"));
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) break;
    FunctionDefinition definition;
    definition.id = rows.column_int(0);
    definition.name = rows.column_text(1);
    definition.returns = returns_called(rows.column_text(2));
    definition.returns_type = {std::string(rows.column_text(3)), rows.column_int(4) != 0,
                               definition.returns == Returns::kTable};
    definition.returns_set = rows.column_int(5) != 0;
    definition.volatility = volatility_called(rows.column_text(6));
    definition.strict = rows.column_int(7) != 0;
    if (!rows.column_is_null(8)) definition.row_count = static_cast<uint64_t>(rows.column_int(8));
    definition.body = rows.column_text(9);
    definitions.push_back(std::move(definition));
  }
  for (FunctionDefinition& definition : definitions) {
    TRY(read_arguments(connection, definition));
    TRY(read_columns(connection, definition));
  }
  return definitions;
}

base::Result<std::vector<Function>> load_functions(db::Connection& connection,
                                                   const Catalog& catalog,
                                                   std::vector<std::string>& problems) {
  std::vector<Function> functions;
  TRY_ASSIGN(const bool present, has_functions(connection));
  if (!present) return functions;
  TRY_ASSIGN(const std::vector<FunctionDefinition> definitions, load_definitions(connection));
  TRY_ASSIGN(const auto descriptions, read_descriptions(connection));
  for (const FunctionDefinition& definition : definitions) {
    auto function = make_function(connection, catalog, definition);
    if (function) {
      const auto description = descriptions.find(definition.name);
      if (description != descriptions.end()) function->description = description->second;
      functions.push_back(std::move(*function));
    } else if (function.error().error.code == base::Code::kBadInput) {
      problems.push_back("function " + definition.signature() +
                         " is left out: " + function.error().error.message);
    } else {
      return tl::make_unexpected(function.error().error);
    }
  }
  return functions;
}

}  // namespace prodev::catalog
