#include "functions/store.h"

#include "access/store.h"
#include "access/token_cursor.h"
#include "catalog/function_definition.h"
#include "catalog/type_names.h"

namespace prodev::functions {
namespace {

using access::fail_at;
using access::SystemTables;
using catalog::FunctionDefinition;
using catalog::TypeReference;
using db::StatementResult;
using Returns = catalog::Function::Returns;

tl::unexpected<db::StatementError> fail_conflict(size_t offset, std::string message) {
  return tl::make_unexpected(
      db::StatementError({base::Code::kConflict, std::move(message)}, offset));
}

// A type, or a table whose rows are meant.
StatementResult<TypeReference> resolve(SystemTables& tables, const TypeName& type) {
  if (catalog::kind_called(type.name.text))
    return TypeReference{type.name.text, type.is_array, false};
  const StatementResult<access::Table> table = tables.table(type.name);
  if (table) return TypeReference{table->name, type.is_array, true};
  if (table.error().error.code != base::Code::kBadInput) return tl::make_unexpected(table.error());
  return access::fail_unknown("type or table", type.name, catalog::known_type_names());
}

StatementResult<TypeReference> resolve_value(SystemTables& tables, const TypeName& type) {
  TRY_ASSIGN(TypeReference resolved, resolve(tables, type));
  if (!resolved.is_table) return resolved;
  return fail_at(type.name.offset, resolved.name + " is a table: a column holds one value");
}

StatementResult<FunctionDefinition> define(SystemTables& tables, const CreateFunction& create) {
  FunctionDefinition definition;
  definition.name = create.name.text;
  for (const NewArgument& argument : create.arguments) {
    TRY_ASSIGN(TypeReference type, resolve(tables, argument.type));
    std::optional<std::string> default_source;
    if (argument.default_value) default_source = argument.default_value->text;
    definition.arguments.push_back(
        {argument.name ? argument.name->text : "", std::move(type), std::move(default_source)});
  }
  for (const NewColumn& column : create.columns) {
    TRY_ASSIGN(TypeReference type, resolve_value(tables, column.type));
    definition.columns.push_back({column.name.text, std::move(type)});
  }
  if (create.returns) {
    TRY_ASSIGN(definition.returns_type, resolve(tables, *create.returns));
    if (definition.returns_type.is_table && definition.returns_type.is_array)
      return fail_at(create.returns->name.offset, "write SETOF for more than one row");
    definition.returns = definition.returns_type.is_table ? Returns::kTable : Returns::kScalar;
  } else if (!create.columns.empty()) {
    definition.returns = Returns::kColumns;
  }
  definition.returns_set = create.returns_set;
  definition.volatility = create.volatility;
  definition.strict = create.strict;
  definition.row_count = create.row_count;
  definition.body = create.body.text();
  return definition;
}

// At the spot of the statement.
db::StatementError located(const CreateFunction& create, const catalog::FunctionError& error) {
  size_t offset = create.name.offset;
  if (error.part == catalog::FunctionError::Part::kBody)
    offset = create.body.offset_of(error.offset);
  if (error.part == catalog::FunctionError::Part::kDefault)
    offset = create.arguments[error.argument].default_value->offset + error.offset;
  return {error.error, offset};
}

StatementResult<void> check(SystemTables& tables, const CreateFunction& create,
                            const FunctionDefinition& definition) {
  TRY_ASSIGN(const auto catalog, catalog::Catalog::load(tables.connection()));
  const auto function = catalog::make_function(tables.connection(), *catalog, definition);
  if (!function) return tl::make_unexpected(located(create, function.error()));
  return {};
}

std::string_view name_of(Returns returns) {
  static constexpr std::string_view kNames[] = {"void", "scalar", "table", "columns"};
  return kNames[static_cast<size_t>(returns)];
}

std::string_view name_of(catalog::Volatility volatility) {
  static constexpr std::string_view kNames[] = {"volatile", "stable", "immutable"};
  return kNames[static_cast<size_t>(volatility)];
}

std::string_view digit(bool value) { return value ? "1" : "0"; }

std::optional<std::string_view> given(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return text;
}

base::Result<void> save_parts(SystemTables& tables, const FunctionDefinition& definition,
                              const std::string& id) {
  size_t position = 0;
  for (const auto& argument : definition.arguments) {
    TRY(tables.run(
        "INSERT INTO _prodev_function_argument (function_id, position, name, type, is_array,"
        " is_row, default_value) VALUES (?1, ?2, ?3, ?4, ?5 + 0, ?6 + 0, ?7)",
        {id, std::to_string(++position), given(argument.name), argument.type.name,
         digit(argument.type.is_array), digit(argument.type.is_table), argument.default_source}));
  }
  position = 0;
  for (const auto& column : definition.columns) {
    TRY(tables.run(
        "INSERT INTO _prodev_function_column (function_id, position, name, type, is_array)"
        " VALUES (?1, ?2, ?3, ?4, ?5 + 0)",
        {id, std::to_string(++position), column.name, column.type.name,
         digit(column.type.is_array)}));
  }
  return {};
}

// Replaces the function of the same signature, which keeps its id.
base::Result<void> save(SystemTables& tables, const FunctionDefinition& definition) {
  const std::string signature = definition.signature();
  std::optional<std::string> row_count;
  if (definition.row_count) row_count = std::to_string(*definition.row_count);
  TRY(tables.run(
      "INSERT INTO _prodev_function (signature, name, returns, returns_type, returns_array, "
      "returns_set,"
      " volatility, strict, row_count, body)"
      " VALUES (?1, ?2, ?3, ?4, ?5 + 0, ?6 + 0, ?7, ?8 + 0, ?9 + 0, ?10)"
      " ON CONFLICT (signature) DO UPDATE SET returns = excluded.returns,"
      " returns_type = excluded.returns_type, returns_array = excluded.returns_array,"
      " returns_set = excluded.returns_set, volatility = excluded.volatility,"
      " strict = excluded.strict, row_count = excluded.row_count, body = excluded.body",
      {signature, definition.name, name_of(definition.returns), given(definition.returns_type.name),
       digit(definition.returns_type.is_array), digit(definition.returns_set),
       name_of(definition.volatility), digit(definition.strict), row_count, definition.body}));
  TRY_ASSIGN(const std::vector<std::string> ids,
             tables.strings("SELECT id FROM _prodev_function WHERE signature = ?1", {signature}));
  TRY(tables.run("DELETE FROM _prodev_function_argument WHERE function_id = ?1", {ids.at(0)}));
  TRY(tables.run("DELETE FROM _prodev_function_column WHERE function_id = ?1", {ids.at(0)}));
  return save_parts(tables, definition, ids.at(0));
}

base::Result<bool> exists(SystemTables& tables, const std::string& signature) {
  return tables.exists("SELECT 1 FROM _prodev_function WHERE signature = ?1", {signature});
}

// "name(type, ...)" as it is stored. A table that is gone is taken by the name that is written.
StatementResult<std::string> signature_of(SystemTables& tables, const FunctionName& function) {
  FunctionDefinition definition;
  definition.name = function.name.text;
  for (const TypeName& type : *function.arguments) {
    const StatementResult<TypeReference> resolved = resolve(tables, type);
    definition.arguments.push_back(
        {"", resolved ? *resolved : TypeReference{type.name.text, type.is_array, true}, {}});
  }
  return definition.signature();
}

// The ids of what `function` names: none or one, unless it is an error.
StatementResult<std::vector<std::string>> find(SystemTables& tables, const FunctionName& function) {
  if (function.arguments) {
    TRY_ASSIGN(const std::string signature, signature_of(tables, function));
    TRY_ASSIGN(std::vector<std::string> ids,
               tables.strings("SELECT id FROM _prodev_function WHERE signature = ?1", {signature}));
    return ids;
  }
  TRY_ASSIGN(
      std::vector<std::string> ids,
      tables.strings("SELECT id FROM _prodev_function WHERE name = ?1", {function.name.text}));
  if (ids.size() < 2) return ids;
  TRY_ASSIGN(const std::vector<std::string> signatures,
             tables.strings("SELECT signature FROM _prodev_function WHERE name = ?1 ORDER BY 1",
                            {function.name.text}));
  return fail_at(function.name.offset, "there are several functions " + function.name.text +
                                           ": say which, " + signatures[0] + " or " +
                                           signatures[1]);
}

StatementResult<std::string> get(SystemTables& tables, const FunctionName& function) {
  TRY_ASSIGN(const std::vector<std::string> ids, find(tables, function));
  if (!ids.empty()) return ids[0];
  TRY_ASSIGN(const std::vector<std::string> same_name,
             tables.strings("SELECT signature FROM _prodev_function WHERE name = ?1 ORDER BY 1",
                            {function.name.text}));
  if (!same_name.empty()) {
    return fail_at(function.name.offset, "there is no function " + function.name.text +
                                             " with these arguments: there is " + same_name[0]);
  }
  TRY_ASSIGN(const std::vector<std::string> known,
             tables.strings("SELECT name FROM _prodev_function", {}));
  return access::fail_unknown("function", function.name, known);
}

StatementResult<void> set_execute(SystemTables& tables, const std::string& function,
                                  const Name& role_name, bool grant) {
  TRY_ASSIGN(const std::string role, tables.role(role_name));
  if (role == access::kServiceRole && !grant)
    return fail_at(role_name.offset, "service_role has every right: none can be revoked");
  TRY(
      tables.run("INSERT INTO _prodev_function_privilege (function_id, role, granted)"
                 " VALUES (?1, ?2, ?3 + 0) ON CONFLICT DO UPDATE SET granted = excluded.granted",
                 {function, role, digit(grant)}));
  return {};
}

}  // namespace

StatementResult<void> carry_out(SystemTables& tables, const CreateFunction& create) {
  TRY_ASSIGN(const FunctionDefinition definition, define(tables, create));
  TRY_ASSIGN(const bool present, exists(tables, definition.signature()));
  if (present && !create.or_replace) {
    return fail_conflict(create.name.offset,
                         "function " + definition.signature() +
                             " exists already: CREATE OR REPLACE FUNCTION replaces it");
  }
  TRY(check(tables, create, definition));
  TRY(save(tables, definition));
  return {};
}

StatementResult<void> carry_out(SystemTables& tables, const DropFunction& drop) {
  for (const FunctionName& function : drop.functions) {
    if (drop.if_exists) {
      TRY_ASSIGN(const std::vector<std::string> ids, find(tables, function));
      if (ids.empty()) continue;
    }
    TRY_ASSIGN(const std::string id, get(tables, function));
    TRY(tables.run("DELETE FROM _prodev_function WHERE id = ?1", {id}));
  }
  return {};
}

StatementResult<void> carry_out(SystemTables& tables, const RenameFunction& rename) {
  TRY_ASSIGN(const std::string id, get(tables, rename.function));
  TRY_ASSIGN(const std::vector<std::string> signatures,
             tables.strings("SELECT ?2 || substr(signature, length(name) + 1) FROM _prodev_function"
                            " WHERE id = ?1",
                            {id, rename.new_name.text}));
  TRY_ASSIGN(const bool present, exists(tables, signatures.at(0)));
  if (present)
    return fail_conflict(rename.new_name.offset, "function " + signatures[0] + " exists already");
  TRY(tables.run("UPDATE _prodev_function SET name = ?2, signature = ?3 WHERE id = ?1",
                 {id, rename.new_name.text, signatures[0]}));
  // The new name may be that of a table, or of a column that the function would stand beside.
  TRY_ASSIGN(const auto catalog, catalog::Catalog::load(tables.connection()));
  const std::string left_out = "function " + signatures[0] + " is left out: ";
  for (const std::string& problem : catalog->problems()) {
    if (problem.starts_with(left_out))
      return fail_conflict(rename.new_name.offset, problem.substr(left_out.size()));
  }
  return {};
}

StatementResult<void> carry_out(SystemTables& tables, const ChangeExecute& change) {
  std::vector<std::string> functions;
  if (change.functions.empty()) {
    TRY_ASSIGN(functions, tables.strings("SELECT id FROM _prodev_function", {}));
  }
  for (const FunctionName& function : change.functions) {
    TRY_ASSIGN(std::string id, get(tables, function));
    functions.push_back(std::move(id));
  }
  for (const std::string& function : functions) {
    for (const Name& role : change.roles) TRY(set_execute(tables, function, role, change.grant));
  }
  return {};
}

db::StatementHook schema_statements() {
  return
      [others = access::schema_statements()](db::Connection& connection, std::string_view statement,
                                             std::string_view comment) -> StatementResult<bool> {
        TRY_ASSIGN(const std::optional<FunctionStatement> parsed, parse_statement(statement));
        if (!parsed) return others(connection, statement, comment);
        SystemTables tables(connection);
        TRY(std::visit([&](const auto& one) { return carry_out(tables, one); }, *parsed));
        return true;
      };
}

}  // namespace prodev::functions
