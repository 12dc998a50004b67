#include "db/file_end.h"

#include <algorithm>
#include <string>

#include "db/foreign_spellings.h"
#include "db/schema_changes.h"
#include "db/schema_number.h"
#include "db/small_queries.h"
#include "db/sql_tokens.h"
#include "text/ascii.h"

namespace prodev::db {

namespace {

// A table that was broken keeps its fault under another name, and so do those whose triggers it is.
bool was_broken(const std::vector<BrokenObject>& before, const BrokenObject& broken) {
  return std::any_of(before.begin(), before.end(), [&](const BrokenObject& one) {
    return one.problem == broken.problem || (one.name == broken.name && one.verb == broken.verb);
  });
}

const std::string& faulty(const BrokenObject& broken) {
  return broken.trigger.empty() ? broken.name : broken.trigger;
}

// The CREATE statement that the database has for `name`.
base::Result<std::string> definition_of(Connection& connection, std::string_view name) {
  TRY_ASSIGN(
      const std::vector<std::string> found,
      load_strings(connection, "SELECT sql FROM main.sqlite_schema WHERE name = ?1 COLLATE NOCASE",
                   {name}));
  return found.empty() ? std::string() : found.front();
}

// Of the statement that makes what is faulty, else of one that names what is missing, else of the
// one that changed what the faulty one is made of; 0: there is none.
size_t line_of(const SchemaChanges& changes, const BrokenObject& broken,
               std::string_view definition) {
  const std::string missing = missing_name(broken);
  if (const size_t line = changes.line_of_making(faulty(broken), missing)) return line;
  if (const size_t line = changes.line_of_saying(missing)) return line;
  return changes.line_of_ending(tokens_of(definition));
}

// As above, of a foreign key. Rows have no line: any statement may have changed them.
size_t line_of(const SchemaChanges& changes, const DanglingReference& reference,
               std::string_view definition) {
  if (reference.kind == DanglingReference::Kind::kRow) return 0;
  if (const size_t line = changes.line_of_making(reference.table, "REFERENCES")) return line;
  return changes.line_of_ending(tokens_of(definition));
}

std::string at_line(const MigrationFile& file, size_t line) {
  return file.path + (line == 0 ? "" : ":" + std::to_string(line)) + ": ";
}

std::string sentence(const BrokenObject& broken) {
  const std::string name = quoted_name(broken.name);
  const std::string problem = explain_refusal(broken.problem) + broken.advice;
  const std::string anew = " (DROP it, or make it anew so that it fits, in the same file)";
  if (!broken.trigger.empty())
    return "trigger " + broken.trigger + " would refuse every " + broken.verb + " of " +
           broken.name + " after this file: " + problem + anew;
  if (broken.verb == "SELECT" && broken.kind == BrokenObject::Kind::kView)
    return "view " + broken.name + " would not work after this file: " + problem + anew;
  if (broken.kind == BrokenObject::Kind::kFullText)
    return "full-text table " + broken.name +
           " would not find its content after this file: " + problem +
           " (DROP it and CREATE it with the names of now, in the same file; INSERT INTO " + name +
           " (" + name + ") VALUES ('rebuild') fills it)";
  return broken.name + " would refuse every " + broken.verb + " after this file: " + problem + anew;
}

// "trigger a ...; also broken: b, c".
std::string sentence(const std::vector<BrokenObject>& broken) {
  constexpr size_t kNamed = 5;
  std::string text = sentence(broken.front());
  std::vector<std::string> told{faulty(broken.front())};
  for (const BrokenObject& one : broken) {
    if (std::find(told.begin(), told.end(), faulty(one)) != told.end()) continue;
    if (told.size() <= kNamed) text += (told.size() == 1 ? "; also broken: " : ", ") + faulty(one);
    told.push_back(faulty(one));
  }
  if (told.size() > kNamed + 1)
    text += " and " + std::to_string(told.size() - kNamed - 1) + " more";
  return text;
}

}  // namespace

base::Result<FileEnd> FileEnd::before_files(Connection& connection) {
  FileEnd end;
  TRY_ASSIGN(end.references_, load_references(connection));
  TRY_ASSIGN(end.schema_number_, schema_number(connection));
  TRY_ASSIGN(end.broken_, find_broken_objects(connection));
  TRY_ASSIGN(end.attached_, load_attached_objects(connection));
  return end;
}

base::Result<void> FileEnd::check(Connection& connection, const MigrationFile& file) {
  notes_.clear();
  TRY(check_references(connection, file));
  return check_objects(connection, file);
}

base::Result<void> FileEnd::check_references(Connection& connection, const MigrationFile& file) {
  TRY_ASSIGN(References now, load_references(connection));
  const std::vector<DanglingReference> fresh = new_dangling(references_, now);
  references_ = std::move(now);
  if (fresh.empty()) return {};
  const DanglingReference& first = fresh.front();
  TRY_ASSIGN(const std::string definition, definition_of(connection, first.table));
  std::string message =
      at_line(file, line_of(SchemaChanges(file.sql), first, definition)) + describe(first);
  if (fresh.size() > 1) message += ", and " + std::to_string(fresh.size() - 1) + " more like it";
  if (first.kind != DanglingReference::Kind::kMismatch)
    message +=
        ", after this file: mend what refers in the same file (while a file runs, foreign keys do "
        "not act: ON DELETE CASCADE does not either)";
  return base::fail(base::Code::kConflict, std::move(message));
}

base::Result<void> FileEnd::check_objects(Connection& connection, const MigrationFile& file) {
  TRY_ASSIGN(const int64_t number, schema_number(connection));
  if (number == schema_number_) return {};
  TRY_ASSIGN(std::vector<AttachedObject> attached, load_attached_objects(connection));
  TRY_ASSIGN(notes_, tell_lost(connection, attached_, attached, file.sql));
  attached_ = std::move(attached);
  TRY_ASSIGN(std::vector<BrokenObject> now, find_broken_objects(connection));
  std::vector<BrokenObject> fresh = now;
  std::erase_if(fresh, [&](const BrokenObject& one) { return was_broken(broken_, one); });
  broken_ = std::move(now);
  schema_number_ = number;
  if (fresh.empty()) return {};
  TRY_ASSIGN(const std::string definition, definition_of(connection, faulty(fresh.front())));
  const size_t line = line_of(SchemaChanges(file.sql), fresh.front(), definition);
  return base::fail(base::Code::kConflict, at_line(file, line) + sentence(fresh));
}

}  // namespace prodev::db
