#include "catalog/function_definition.h"

#include <sqlite3.h>

#include <algorithm>

#include "catalog/function_body.h"
#include "catalog/stored_columns.h"
#include "catalog/type_names.h"
#include "db/client_rules.h"
#include "db/errors.h"
#include "db/foreign_spellings.h"
#include "db/row_statement.h"
#include "db/schema_statement.h"
#include "text/ascii.h"

namespace prodev::catalog {

namespace {

using Part = FunctionError::Part;
using Returns = Function::Returns;

tl::unexpected<FunctionError> fail(std::string message) {
  return tl::make_unexpected(FunctionError{{base::Code::kBadInput, std::move(message)}});
}

tl::unexpected<FunctionError> fail_in_body(const db::StatementError& error) {
  return tl::make_unexpected(FunctionError{error.error, Part::kBody, 0, error.offset});
}

// `declared`: as in an error, "argument n" or "column a".
tl::expected<Column, FunctionError> column_of(const std::string& name, const TypeReference& type,
                                              const std::string& declared) {
  const std::optional<ValueKind> kind = kind_called(type.name);
  if (type.is_table || !kind) return fail(declared + ": there is no type " + type.name);
  Column column;
  column.name = name;
  column.declared_type = type.text();
  column.kind = type.is_array ? ValueKind::kJson : *kind;
  return column;
}

bool same_name(const std::string& a, const std::string& b) {
  return !a.empty() && text::equal_ignoring_case(a, b);
}

class FunctionBuilder {
 public:
  FunctionBuilder(db::Connection& connection, const Catalog& catalog,
                  const FunctionDefinition& definition)
      : connection_(connection), catalog_(catalog), definition_(definition) {}

  tl::expected<Function, FunctionError> build() {
    function_.id = definition_.id;
    function_.name = definition_.name;
    function_.signature = definition_.signature();
    function_.volatility = definition_.volatility;
    function_.strict = definition_.strict;
    function_.row_count = definition_.row_count;
    function_.returns = definition_.returns;
    function_.returns_set = definition_.returns_set;
    TRY(check_name());
    TRY(make_arguments());
    TRY(make_result());
    TRY(make_body());
    if (function_.takes_row()) TRY(check_inlined());
    return std::move(function_);
  }

 private:
  // While it runs, the result stands under the function's name where tables do: neither the body
  // nor a policy may mean a table by it.
  tl::expected<void, FunctionError> check_name() const {
    if (definition_.name.starts_with('_'))
      return fail("names that begin with _ are the system's: a function needs another one");
    auto found = connection_.prepare(
        "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')"
        " AND name = ?1 COLLATE NOCASE");
    if (!found) return tl::make_unexpected(FunctionError{found.error()});
    found->bind_text(1, definition_.name);
    const base::Result<bool> row = found->step();
    if (!row) return tl::make_unexpected(FunctionError{row.error()});
    if (!*row) return {};
    return fail("a table is called " + std::string(found->column_text(0)) +
                ": a function needs a name of its own");
  }

  tl::expected<void, FunctionError> make_arguments() {
    for (size_t i = 0; i < definition_.arguments.size(); ++i) {
      const auto& definition = definition_.arguments[i];
      for (size_t before = 0; before < i; ++before) {
        if (same_name(definition_.arguments[before].name, definition.name))
          return fail("two arguments are called " + definition.name);
      }
      if (definition.type.is_table) {
        TRY(take_row(definition));
        continue;
      }
      const std::string number = std::to_string(i + 1);
      TRY_ASSIGN(Column column,
                 column_of(definition.name, definition.type,
                           "argument " + (definition.name.empty() ? number : definition.name)));
      Argument argument;
      argument.column = std::move(column);
      if (definition.type.is_array) argument.element = kind_called(definition.type.name);
      if (definition.default_source) {
        TRY_ASSIGN(argument.default_sql, make_default(i, *definition.default_source));
      }
      function_.arguments.push_back(std::move(argument));
    }
    return {};
  }

  tl::expected<void, FunctionError> take_row(
      const FunctionDefinition::ArgumentDefinition& argument) {
    if (definition_.arguments.size() > 1 || argument.default_source || argument.type.is_array)
      return fail("a function of a row of " + argument.type.name + " takes nothing else");
    row_table_ = catalog_.find(argument.type.name);
    if (row_table_ == nullptr) return fail("there is no table " + argument.type.name);
    if (row_table_->find_column(definition_.name) != nullptr)
      return fail(row_table_->name + " has a column " + definition_.name + " already");
    function_.row_table = row_table_->name;
    return {};
  }

  tl::expected<std::string, FunctionError> make_default(size_t argument,
                                                        const std::string& source) {
    const auto fail_here = [&](const db::StatementError& error) {
      return tl::make_unexpected(
          FunctionError{error.error, Part::kDefault, argument, error.offset});
    };
    const db::StatementResult<SqlTokenList> tokens = read_tokens(source);
    if (!tokens) return fail_here(tokens.error());
    const auto lowered =
        lower_tokens(*tokens, 0, tokens->size(),
                     [](const SqlTokenList& all, size_t at) -> db::StatementResult<Replacement> {
                       if (auto other = db::explain_parameter(all, at))
                         return fail_sql(other->offset, std::move(other->message));
                       if (all[at].kind == db::SqlToken::Kind::kParameter || all[at].is(';'))
                         return fail_sql(all[at].offset, "a default cannot refer to arguments");
                       return Replacement{};
                     });
    if (!lowered) return fail_here(lowered.error());
    const auto prepared = prepare("SELECT (", *lowered, ")", source);
    if (!prepared) return fail_here(prepared.error());
    function_.uses_identity |= lowered->uses_identity;
    return lowered->sql;
  }

  tl::expected<void, FunctionError> make_result() {
    Table& rows = function_.rows;
    switch (definition_.returns) {
      case Returns::kNothing:
        break;
      case Returns::kScalar: {
        TRY_ASSIGN(Column column,
                   column_of(definition_.name, definition_.returns_type, "the result"));
        rows.columns.push_back(std::move(column));
        break;
      }
      case Returns::kTable: {
        const Table* table = catalog_.find(definition_.returns_type.name);
        if (table == nullptr) return fail("there is no table " + definition_.returns_type.name);
        function_.returned_table = table->name;
        rows = *table;
        std::erase_if(rows.columns, [](const Column& column) { return column.hidden; });
        std::erase_if(rows.primary_key, [&](size_t i) { return i >= rows.columns.size(); });
        rows.indexes.clear();
        rows.rows_of = table->name;
        rows.shows_every_row = false;
        break;
      }
      case Returns::kColumns:
        for (const auto& definition : definition_.columns) {
          if (std::any_of(rows.columns.begin(), rows.columns.end(), [&](const Column& column) {
                return same_name(column.name, definition.name);
              }))
            return fail("two columns of the result are called " + definition.name);
          TRY_ASSIGN(Column column,
                     column_of(definition.name, definition.type, "column " + definition.name));
          rows.columns.push_back(std::move(column));
        }
        break;
    }
    rows.name = definition_.name;
    rows.kind = TableKind::kView;
    rows.insertable = rows.updatable = rows.deletable = false;
    // What the body gives need not keep to what the table's columns promise.
    for (Column& column : rows.columns) column.not_null = column.always_json = false;
    return {};
  }

  tl::expected<void, FunctionError> make_body() {
    const auto lowered = lower_body(definition_, row_table_);
    if (!lowered) return fail_in_body(lowered.error());
    for (const CallerSql& statement : lowered->statements) {
      const auto prepared = prepare("", statement, "", definition_.body);
      if (!prepared) return fail_in_body(prepared.error());
      const bool reads_only = ::sqlite3_stmt_readonly(prepared->handle()) != 0;
      if (!reads_only) TRY(check_may_write(statement));
      if (&statement == &lowered->statements.back()) TRY(note_result(statement, *prepared));
      function_.reads_only &= reads_only;
      function_.uses_identity |= statement.uses_identity;
      function_.body.push_back({statement.sql, reads_only});
    }
    function_.row_body = lowered->row_body;
    return {};
  }

  tl::expected<void, FunctionError> check_may_write(const CallerSql& statement) const {
    const char* problem = nullptr;
    if (function_.takes_row()) problem = "a function of a row only reads";
    if (definition_.volatility == Volatility::kStable)
      problem = "a STABLE function only reads: leave STABLE out";
    if (definition_.volatility == Volatility::kImmutable)
      problem = "an IMMUTABLE function only reads: leave IMMUTABLE out";
    if (problem == nullptr) return {};
    return fail_in_body({{base::Code::kBadInput, problem}, statement.source_offset(0)});
  }

  tl::expected<void, FunctionError> note_result(const CallerSql& statement,
                                                const db::RowStatement& prepared) {
    TRY(check_columns(statement, static_cast<size_t>(prepared.column_count())));
    auto plan = prepare("EXPLAIN QUERY PLAN ", statement, "", definition_.body);
    if (!plan) return fail_in_body(plan.error());
    const auto noted = note_stored(prepared, *plan, catalog_.tables(), function_.rows.columns);
    if (!noted) return fail(noted.error().message);
    return {};
  }

  tl::expected<void, FunctionError> check_columns(const CallerSql& statement, size_t given) const {
    if (definition_.returns == Returns::kNothing) return {};
    const size_t wanted = function_.rows.columns.size();
    if (given == wanted) return {};
    std::string message =
        "the function returns " + std::to_string(wanted) + (wanted == 1 ? " column" : " columns") +
        ", but its last statement gives " + (given == 0 ? "none" : std::to_string(given));
    if (given == 0) message += ": add RETURNING to it, or make the function RETURNS void";
    return fail_in_body({{base::Code::kBadInput, std::move(message)}, statement.source_offset(0)});
  }

  // A function of a row stands in statements on its table.
  tl::expected<void, FunctionError> check_inlined() {
    const bool rows = function_.returns == Returns::kTable;
    if (!rows && (function_.returns != Returns::kScalar || function_.returns_set))
      return fail("a function of a row returns one value, or rows of a table");
    std::string row;
    db::append_name(row, row_table_->name);
    const std::string alias = rows ? "_row" : row;
    std::string sql = std::string("SELECT ") + (rows ? "EXISTS " : "") +
                      inline_body(function_, alias) + " FROM " + row + " AS " + alias;
    const auto prepared = prepare(sql, {}, "", {});
    if (!prepared) return fail_in_body({prepared.error().error, 0});
    return {};
  }

  // Errors are at the spot of `source`, which `sql` was made of.
  db::StatementResult<db::RowStatement> prepare(const std::string& before, const CallerSql& sql,
                                                std::string_view after,
                                                std::string_view source) const {
    std::string text = before + sql.sql;
    text += after;
    sqlite3* handle = connection_.handle();
    const db::ClientScope as_client(connection_);
    sqlite3_stmt* prepared = nullptr;
    const int code = ::sqlite3_prepare_v2(handle, text.data(), static_cast<int>(text.size()),
                                          &prepared, nullptr);
    db::RowStatement statement(prepared);
    if (code == SQLITE_OK) return statement;
    const int offset = ::sqlite3_error_offset(handle) - static_cast<int>(before.size());
    const size_t at = sql.source_offset(static_cast<size_t>(std::max(offset, 0)));
    db::Explanation explained = explain(source, sql.source_offset(0), at, ::sqlite3_errmsg(handle));
    return tl::make_unexpected(
        db::StatementError({db::code_of(code), std::move(explained.message)}, explained.offset));
  }

  // SQLite's message about the byte `at` of `source`, in its statement that begins at `begin`.
  db::Explanation explain(std::string_view source, size_t begin, size_t at,
                          std::string_view message) const {
    constexpr std::string_view kNoColumn = "no such column: ";
    // PostgreSQL takes the name of an argument alone; here it would be a column's.
    for (const auto& argument : definition_.arguments) {
      if (message.starts_with(kNoColumn) &&
          text::equal_ignoring_case(message.substr(kNoColumn.size()), argument.name))
        return {at, std::string(message) + ": the argument is :" + argument.name};
    }
    const size_t end = db::statement_end(source, begin);
    db::Explanation explained =
        db::explain_error(source.substr(begin, end - begin), at - begin, message);
    explained.offset += begin;
    return explained;
  }

  db::Connection& connection_;
  const Catalog& catalog_;
  const FunctionDefinition& definition_;
  const Table* row_table_ = nullptr;
  Function function_;
};

}  // namespace

std::string FunctionDefinition::signature() const {
  std::string text = name + "(";
  for (const ArgumentDefinition& argument : arguments) {
    if (text.back() != '(') text += ", ";
    const std::optional<ValueKind> kind = kind_called(argument.type.name);
    text += kind && !argument.type.is_table ? type_name(*kind) : argument.type.name;
    if (argument.type.is_array) text += "[]";
  }
  return text + ")";
}

tl::expected<Function, FunctionError> make_function(db::Connection& connection,
                                                    const Catalog& catalog,
                                                    const FunctionDefinition& definition) {
  return FunctionBuilder(connection, catalog, definition).build();
}

}  // namespace prodev::catalog
