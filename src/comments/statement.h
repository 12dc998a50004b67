// The statement COMMENT ON, in PostgreSQL's syntax, and the comments above CREATE statements.
//
//   COMMENT ON TABLE|VIEW name IS 'text'|NULL
//   COMMENT ON COLUMN table.column IS 'text'|NULL
//   COMMENT ON FUNCTION name [(argument, ...)] IS 'text'|NULL    for all of that name
//
// Both end in the system table _prodev_comment. COMMENT ON wins over `--` comments, wherever it
// stands; NULL takes away what it and they have said.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "access/statement.h"
#include "db/sql_script.h"

namespace prodev::comments {

constexpr size_t kMaxCommentBytes = 16 * 1024;

enum class Subject { kTable, kView, kColumn, kFunction };

struct CommentOn {
  Subject subject = Subject::kTable;
  access::Name name;                // of the table, view or function
  access::Name column;              // of kColumn
  std::optional<std::string> text;  // nullopt: NULL
};

// nullopt: another statement. Errors are kBadInput at the spot.
db::StatementResult<std::optional<CommentOn>> parse_comment_on(std::string_view statement);

// What a CREATE statement makes that comments can be about.
struct Created {
  bool is_function = false;  // else a table or view
  std::string name;
};

// nullopt: not a CREATE of a table, view, virtual table or function, or not a well-formed one.
std::optional<Created> parse_created(std::string_view statement);

// For db::apply_migrations: carries out COMMENT ON, and keeps the comment above each CREATE, which
// it leaves to others. The system tables must exist.
db::StatementHook schema_statements();

}  // namespace prodev::comments
