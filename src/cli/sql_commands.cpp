#include "cli/sql_commands.h"

#include <ostream>
#include <sstream>
#include <string>

#include "access/rules.h"
#include "db/postgres_calls.h"
#include "db/system_schema.h"

namespace prodev::cli {
namespace {

using base::Result;

constexpr std::string_view kHelp =
    "A statement ends with ; and may go over several lines. Ctrl-C ends one, Ctrl-D the prompt.\n"
    "  .tables          tables and views\n"
    "  .schema [TABLE]  how they were made, with their indexes, triggers and policies\n"
    "  .format FORMAT   table, csv, json or ndjson\n"
    "  .quit            end\n";

Result<void> print_tables(db::Connection& connection, std::ostream& out) {
  TRY_ASSIGN(db::Statement rows,
             connection.prepare("SELECT name, type FROM pragma_table_list WHERE schema = 'main'"
                                " AND type IN ('table', 'view', 'virtual') ORDER BY name"));
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) return {};
    if (db::is_system_table(rows.column_text(0))) continue;
    out << rows.column_text(0) << (rows.column_text(1) == "view" ? "  (view)\n" : "\n");
  }
}

// Tables before what is on them.
constexpr std::string_view kDefinitions =
    "SELECT s.tbl_name, s.sql FROM sqlite_schema s JOIN pragma_table_list t"
    " ON t.schema = 'main' AND t.name = s.tbl_name AND t.type <> 'shadow'"
    " WHERE s.sql IS NOT NULL AND (?1 IS NULL OR s.tbl_name = ?1 COLLATE NOCASE)"
    " ORDER BY s.tbl_name, s.type NOT IN ('table', 'view'), s.type, s.name";

Result<void> print_policies(db::Connection& connection, const std::string& table,
                            std::ostream& out) {
  TRY_ASSIGN(const auto rules, access::describe_rules(connection));
  for (const access::RuleDescription& rule : rules) {
    if (rule.table == table) out << "-- " << rule.rule << '\n';
  }
  return {};
}

Result<void> print_schema(db::Connection& connection, const std::string& wanted,
                          std::ostream& out) {
  TRY_ASSIGN(db::Statement rows, connection.prepare(kDefinitions));
  if (!wanted.empty()) rows.bind_text(1, wanted);
  std::string table;
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row || rows.column_text(0) != table) {
      if (!table.empty()) TRY(print_policies(connection, table, out));
      if (!row) break;
    }
    if (db::is_system_table(rows.column_text(0))) {
      table.clear();
      continue;
    }
    table = rows.column_text(0);
    out << db::as_written(rows.column_text(1)) << ";\n";
  }
  if (!wanted.empty() && table.empty()) out << "there is no table " << wanted << '\n';
  return {};
}

void set_format(SqlSession& session, const std::string& name, std::ostream& out) {
  if (const auto format = result_format_called(name)) {
    session.options().format = *format;
  } else {
    out << ".format takes table, csv, json or ndjson\n";
  }
}

}  // namespace

bool is_prompt_command(std::string_view line) {
  return line.starts_with('.') || line == "quit\n" || line == "exit\n" || line == "help\n";
}

Result<bool> run_prompt_command(SqlSession& session, std::string_view line, std::ostream& out) {
  std::istringstream words{std::string(line.substr(line.starts_with('.') ? 1 : 0))};
  std::string command, argument;
  words >> command >> argument;
  if (command == "quit" || command == "exit") return false;
  if (command == "tables") {
    TRY(print_tables(session.connection(), out));
  } else if (command == "schema") {
    TRY(print_schema(session.connection(), argument, out));
  } else if (command == "format") {
    set_format(session, argument, out);
  } else if (command == "help") {
    out << kHelp;
  } else {
    out << "there is no command ." << command << ": .help lists them\n";
  }
  return true;
}

}  // namespace prodev::cli
