// Carrying out the statements of statement.h.
#include "access/system_tables.h"
#include "comments/statement.h"
#include "db/system_schema.h"

namespace prodev::comments {

namespace {

using access::SystemTables;

constexpr std::string_view kRelation = "relation", kColumn = "column", kFunction = "function";

base::Result<void> keep(SystemTables& tables, std::string_view kind, std::string_view name,
                        std::string_view column, const std::optional<std::string>& text) {
  return tables.run(
      "INSERT INTO _prodev_comment (kind, name, column_name, stated, text) VALUES (?1, ?2, ?3, 1, "
      "?4)"
      " ON CONFLICT DO UPDATE SET stated = 1, text = excluded.text",
      {kind, name, column, text ? std::optional<std::string_view>(*text) : std::nullopt});
}

db::StatementResult<void> check_function(SystemTables& tables, const access::Name& name) {
  TRY_ASSIGN(
      const bool found,
      tables.exists("SELECT 1 FROM _prodev_function WHERE name = ?1 COLLATE NOCASE", {name.text}));
  if (found) return {};
  TRY_ASSIGN(const std::vector<std::string> known,
             tables.strings("SELECT DISTINCT name FROM _prodev_function", {}));
  return access::fail_unknown("function", name, known);
}

db::StatementResult<void> carry_out(SystemTables& tables, const CommentOn& comment) {
  if (comment.subject == Subject::kFunction) {
    TRY(check_function(tables, comment.name));
    TRY(keep(tables, kFunction, comment.name.text, "", comment.text));
    return {};
  }
  TRY_ASSIGN(const access::Table table, tables.table(comment.name));
  if (comment.subject == Subject::kColumn) {
    TRY_ASSIGN(const std::string column, tables.column(table, comment.column));
    TRY(keep(tables, kColumn, table.name, column, comment.text));
    return {};
  }
  TRY(keep(tables, kRelation, table.name, "", comment.text));
  return {};
}

// A statement that makes it anew without a comment takes the old one away.
base::Result<void> keep_script_comment(SystemTables& tables, const Created& created,
                                       std::string_view comment) {
  const std::string_view kind = created.is_function ? kFunction : kRelation;
  if (comment.empty()) {
    return tables.run("DELETE FROM _prodev_comment WHERE kind = ?1 AND name = ?2 AND stated = 0",
                      {kind, created.name});
  }
  return tables.run(
      "INSERT INTO _prodev_comment (kind, name, stated, text) VALUES (?1, ?2, 0, ?3)"
      " ON CONFLICT DO UPDATE SET text = excluded.text WHERE stated = 0",
      {kind, created.name, comment.substr(0, kMaxCommentBytes)});
}

}  // namespace

db::StatementHook schema_statements() {
  return [](db::Connection& connection, std::string_view statement,
            std::string_view comment) -> db::StatementResult<bool> {
    SystemTables tables(connection);
    TRY_ASSIGN(const std::optional<CommentOn> parsed, parse_comment_on(statement));
    if (parsed) {
      TRY(carry_out(tables, *parsed));
      return true;
    }
    const std::optional<Created> created = parse_created(statement);
    if (created && !db::is_system_table(created->name))
      TRY(keep_script_comment(tables, *created, comment));
    return false;
  };
}

}  // namespace prodev::comments
