#include "statements/stored_text.h"

#include <algorithm>

#include "access/expression.h"
#include "access/row_number.h"
#include "access/system_tables.h"
#include "catalog/functions.h"
#include "db/sql_tokens.h"
#include "text/ascii.h"

namespace prodev::statements {
namespace {

base::Result<void> load_policies(db::Connection& connection, std::vector<StoredText>& texts) {
  TRY_ASSIGN(db::Statement rows,
             connection.prepare("SELECT id, table_name, name, using_expression, check_expression"
                                " FROM _prodev_policy ORDER BY table_name, name"));
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) return {};
    const std::string table(rows.column_text(1));
    const std::string rule = "policy " + std::string(rows.column_text(2)) + " on " + table;
    for (const auto& [kind, column] :
         {std::pair(StoredText::Kind::kUsing, 3), std::pair(StoredText::Kind::kCheck, 4)}) {
      if (rows.column_is_null(column)) continue;
      texts.push_back(
          {kind, rows.column_int(0), rule, table, std::string(rows.column_text(column)), {}});
    }
  }
}

std::string_view column_of(StoredText::Kind kind) {
  return kind == StoredText::Kind::kUsing ? "using_expression" : "check_expression";
}

// The functions that do not fit, and why, in the catalog's words.
base::Result<void> find_unfit_functions(db::Connection& connection,
                                        const std::vector<StoredText>& texts,
                                        std::vector<Unfit>& unfit) {
  const bool any = std::any_of(texts.begin(), texts.end(), [](const auto& text) {
    return text.kind == StoredText::Kind::kBody;
  });
  if (!any) return {};
  TRY_ASSIGN(const auto catalog, catalog::Catalog::load(connection));
  for (const StoredText& text : texts) {
    if (text.kind != StoredText::Kind::kBody) continue;
    const auto made = catalog::make_function(connection, *catalog, text.function);
    if (made) continue;
    if (made.error().error.code != base::Code::kBadInput)
      return tl::make_unexpected(made.error().error);
    unfit.push_back({text, made.error().error.message});
  }
  return {};
}

}  // namespace

base::Result<std::vector<StoredText>> load_stored_texts(db::Connection& connection) {
  std::vector<StoredText> texts;
  TRY_ASSIGN(const bool present,
             access::SystemTables(connection)
                 .exists("SELECT 1 FROM sqlite_schema WHERE name = '_prodev_function'", {}));
  if (!present) return texts;
  TRY(load_policies(connection, texts));
  TRY_ASSIGN(std::vector<catalog::FunctionDefinition> functions,
             catalog::load_definitions(connection));
  for (catalog::FunctionDefinition& function : functions) {
    const std::string rule = "function " + function.signature();
    const std::string body = function.body;
    texts.push_back({StoredText::Kind::kBody, function.id, rule, {}, body, std::move(function)});
  }
  return texts;
}

base::Result<void> save(db::Connection& connection, const StoredText& text) {
  const std::string sql = text.kind == StoredText::Kind::kBody
                              ? "UPDATE _prodev_function SET body = ?1 WHERE id = ?2 + 0"
                              : "UPDATE _prodev_policy SET " + std::string(column_of(text.kind)) +
                                    " = ?1 WHERE id = ?2 + 0";
  return access::SystemTables(connection).run(sql, {text.text, std::to_string(text.id)});
}

bool mentions(std::string_view text, std::string_view name) {
  db::SqlTokens tokens(text);
  for (db::SqlToken token = tokens.next(); token.kind != db::SqlToken::Kind::kEnd;
       token = tokens.next()) {
    const bool is_name = token.is_name() || token.kind == db::SqlToken::Kind::kString;
    if (is_name && text::equal_ignoring_case(token.value(), name)) return true;
  }
  return false;
}

base::Result<std::string> problem_of_expression(db::Connection& connection,
                                                const StoredText& text) {
  const auto lowered = access::lower_for_table(connection, text.table, text.text);
  const db::StatementResult<void> outcome =
      lowered ? access::check_expression(connection, text.table, *lowered)
              : db::StatementResult<void>(tl::make_unexpected(lowered.error()));
  if (outcome) return std::string();
  if (outcome.error().error.code != base::Code::kBadInput)
    return tl::make_unexpected(outcome.error().error);
  return outcome.error().error.message;
}

base::Result<std::vector<Unfit>> find_unfit(db::Connection& connection,
                                            const std::vector<StoredText>& texts) {
  std::vector<Unfit> unfit;
  for (const StoredText& text : texts) {
    if (text.kind == StoredText::Kind::kBody) continue;
    TRY_ASSIGN(std::string problem, problem_of_expression(connection, text));
    if (!problem.empty()) unfit.push_back({text, std::move(problem)});
  }
  TRY(find_unfit_functions(connection, texts, unfit));
  return unfit;
}

}  // namespace prodev::statements
