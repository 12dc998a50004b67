// Alteration: what an ALTER TABLE of SQLite's gives another name.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace prodev::statements {

struct Alteration {
  std::string table;
  std::string column;        // empty: the table itself gets another name
  std::string name;          // the new one
  std::string written_name;  // as the statement says it, with its quotes

  bool is_of_column() const { return !column.empty(); }
  // The statement that does it, and the one that undoes it, for the tables of the project (not a
  // temporary one of the same name).
  std::string forth() const;
  std::string back() const;
};

// ALTER TABLE t RENAME TO u, ALTER TABLE t RENAME [COLUMN] a TO b. nullopt: another statement, or
// one that SQLite will refuse.
std::optional<Alteration> parse_alteration(std::string_view statement);

struct Dropped {
  std::string table;   // or view
  std::string column;  // empty: the table itself
};
// DROP TABLE|VIEW [IF EXISTS] t, ALTER TABLE t DROP [COLUMN] a. nullopt: another statement.
std::optional<Dropped> parse_drop(std::string_view statement);

struct AddedColumn {
  std::string table, column;
};
// ALTER TABLE t ADD [COLUMN] a. nullopt: another statement.
std::optional<AddedColumn> parse_added_column(std::string_view statement);

// Of any ALTER TABLE. nullopt: another statement.
std::optional<std::string> parse_altered_table(std::string_view statement);

// The name of CREATE TABLE [IF NOT EXISTS] t. nullopt: another statement, or a temporary table.
std::optional<std::string> parse_created_table(std::string_view statement);

// Told by a statement's first word. Others leave the schema as it is.
enum class SchemaChange { kNone, kCreate, kAlter, kDrop };
SchemaChange change_of(std::string_view statement);

}  // namespace prodev::statements
