#include "access/expression.h"
#include "access/row_number.h"
#include "access/store.h"
#include "access/token_cursor.h"
#include "db/foreign_spellings.h"

namespace prodev::access {
namespace {

using Text = std::optional<std::string_view>;

Text text_of(const std::optional<Expression>& expression) {
  if (!expression) return std::nullopt;
  return expression->text;
}

tl::unexpected<db::StatementError> fail_in(const Expression& expression, db::StatementError error) {
  error.offset += expression.offset;
  return tl::make_unexpected(std::move(error));
}

// SQLite does not tell the rowid of a row that is written to a virtual table. Such rows may be read
// by it, which others write (triggers).
db::StatementResult<void> check_row_number(SystemTables& tables, const std::string& table,
                                           std::optional<Verb> verb, const Expression& expression) {
  if (verb == Verb::kSelect || verb == Verb::kDelete) return {};
  const std::vector<db::SqlToken> words = find_row_numbers(expression.text, table);
  if (words.empty()) return {};
  TRY_ASSIGN(const bool is_virtual,
             tables.exists("SELECT 1 FROM pragma_table_list(?1) WHERE type = 'virtual'", {table}));
  if (!is_virtual) return {};
  return fail_at(expression.offset + words.front().offset,
                 "a row that is written to " + table +
                     " has no rowid to be judged by: write policies FOR SELECT and FOR DELETE "
                     "with it");
}

// Refuses an expression that cannot be used on `table`, at its spot in the statement.
db::StatementResult<void> check(SystemTables& tables, const std::string& table,
                                std::optional<Verb> verb,
                                const std::optional<Expression>& expression) {
  if (!expression) return {};
  TRY(check_row_number(tables, table, verb, *expression));
  const auto lowered = lower_for_table(tables.connection(), table, expression->text);
  if (!lowered) return fail_in(*expression, lowered.error());
  const auto outcome = check_expression(tables.connection(), table, *lowered);
  if (outcome) return {};
  db::StatementError error = outcome.error();
  db::Explanation explained =
      db::explain_error(expression->text, error.offset, error.error.message);
  return fail_in(*expression, {{error.error.code, std::move(explained.message)}, explained.offset});
}

base::Result<bool> policy_exists(SystemTables& tables, const std::string& table,
                                 const std::string& name) {
  return tables.exists("SELECT 1 FROM _prodev_policy WHERE table_name = ?1 AND name = ?2",
                       {table, name});
}

db::StatementResult<void> check_new_name(SystemTables& tables, const std::string& table,
                                         const Name& name) {
  TRY_ASSIGN(const bool exists, policy_exists(tables, table, name.text));
  if (!exists) return {};
  return tl::make_unexpected(db::StatementError(
      {base::Code::kConflict, "policy " + name.text + " on " + table + " exists already"},
      name.offset));
}

db::StatementResult<void> check_present(SystemTables& tables, const std::string& table,
                                        const Name& name) {
  TRY_ASSIGN(const bool exists, policy_exists(tables, table, name.text));
  if (exists) return {};
  TRY_ASSIGN(const std::vector<std::string> known,
             tables.strings("SELECT name FROM _prodev_policy WHERE table_name = ?1", {table}));
  return fail_unknown("policy on " + table + " called", name, known);
}

db::StatementResult<void> set_roles(SystemTables& tables, const std::string& table,
                                    const std::string& policy, const std::vector<Name>& roles) {
  TRY(
      tables.run("DELETE FROM _prodev_policy_role WHERE policy_id ="
                 " (SELECT id FROM _prodev_policy WHERE table_name = ?1 AND name = ?2)",
                 {table, policy}));
  for (const Name& name : roles) {
    TRY_ASSIGN(const std::string role, tables.role(name));
    TRY(
        tables.run("INSERT OR IGNORE INTO _prodev_policy_role (policy_id, role)"
                   " SELECT id, ?3 FROM _prodev_policy WHERE table_name = ?1 AND name = ?2",
                   {table, policy, role}));
  }
  return {};
}

db::StatementResult<std::optional<Verb>> verb_of(SystemTables& tables, const std::string& table,
                                                 const std::string& policy) {
  TRY_ASSIGN(const std::vector<std::string> verbs,
             tables.strings("SELECT verb FROM _prodev_policy WHERE table_name = ?1 AND name = ?2",
                            {table, policy}));
  for (const Verb verb : kVerbs) {
    if (name_of(verb) == verbs.at(0)) return verb;
  }
  return std::nullopt;
}

}  // namespace

db::StatementResult<void> carry_out(SystemTables& tables, const CreatePolicy& create) {
  TRY_ASSIGN(const Table table, tables.table(create.table));
  TRY(check_new_name(tables, table.name, create.name));
  TRY(check(tables, table.name, create.verb, create.using_expression));
  TRY(check(tables, table.name, create.verb, create.check_expression));
  TRY(tables.run(
      "INSERT INTO _prodev_policy (table_name, name, verb, restrictive, using_expression,"
      " check_expression, on_view) VALUES (?1, ?2, ?3, ?4 IS NOT NULL, ?5, ?6, ?7 + 0)",
      {table.name, create.name.text, create.verb ? name_of(*create.verb) : "all",
       create.restrictive ? Text("restrictive") : std::nullopt, text_of(create.using_expression),
       text_of(create.check_expression), table.is_view ? "1" : "0"}));
  return set_roles(tables, table.name, create.name.text, create.roles);
}

db::StatementResult<void> carry_out(SystemTables& tables, const AlterPolicy& alter) {
  TRY_ASSIGN(const Table table, tables.table(alter.table));
  TRY(check_present(tables, table.name, alter.name));
  if (alter.new_name) {
    TRY(check_new_name(tables, table.name, *alter.new_name));
    TRY(tables.run("UPDATE _prodev_policy SET name = ?3 WHERE table_name = ?1 AND name = ?2",
                   {table.name, alter.name.text, alter.new_name->text}));
    return {};
  }
  TRY_ASSIGN(const std::optional<Verb> verb, verb_of(tables, table.name, alter.name.text));
  TRY(check_policy_clauses(verb, alter.using_expression, alter.check_expression));
  TRY(check(tables, table.name, verb, alter.using_expression));
  TRY(check(tables, table.name, verb, alter.check_expression));
  TRY(tables.run(
      "UPDATE _prodev_policy SET using_expression = coalesce(?3, using_expression),"
      " check_expression = coalesce(?4, check_expression) WHERE table_name = ?1 AND name = ?2",
      {table.name, alter.name.text, text_of(alter.using_expression),
       text_of(alter.check_expression)}));
  if (alter.roles.empty()) return {};
  return set_roles(tables, table.name, alter.name.text, alter.roles);
}

db::StatementResult<void> carry_out(SystemTables& tables, const DropPolicy& drop) {
  // Not through table(): the table may be gone, and its policies are to be dropped all the same.
  if (!drop.if_exists) {
    TRY_ASSIGN(const bool exists, policy_exists(tables, drop.table.text, drop.name.text));
    if (!exists) {
      TRY_ASSIGN(const Table table, tables.table(drop.table));
      TRY(check_present(tables, table.name, drop.name));
    }
  }
  TRY(tables.run("DELETE FROM _prodev_policy WHERE table_name = ?1 AND name = ?2",
                 {drop.table.text, drop.name.text}));
  return {};
}

}  // namespace prodev::access
