#include "db/file_end.h"

#include <algorithm>
#include <string>

#include "db/schema_number.h"
#include "db/schema_statement.h"
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

// The line of the last statement that makes what is faulty, else of the last one that changes the
// schema and names what is missing; 0: there is none.
size_t line_of(std::string_view sql, const BrokenObject& broken) {
  const std::string missing = missing_name(broken);
  size_t making = std::string_view::npos;
  size_t naming = std::string_view::npos;
  for (const std::string_view statement : statements_of(sql)) {
    const SqlTokenList tokens = tokens_of(statement);
    if (tokens.empty() || !tokens.front().is_one_of({"CREATE", "ALTER", "DROP"})) continue;
    const auto names = [&](std::string_view name) {
      return std::any_of(tokens.begin(), tokens.end(), [&](const SqlToken& token) {
        return text::equal_ignoring_case(token.value(), name);
      });
    };
    const size_t at = static_cast<size_t>(statement.data() - sql.data()) + tokens.front().offset;
    if (tokens.front().is_word("CREATE") && names(faulty(broken)) && names(missing)) making = at;
    if (names(missing)) naming = at;
  }
  const size_t at = making != std::string_view::npos ? making : naming;
  if (at == std::string_view::npos) return 0;
  return 1 +
         static_cast<size_t>(std::count(sql.begin(), sql.begin() + static_cast<long>(at), '\n'));
}

std::string sentence(const BrokenObject& broken) {
  const std::string name = quoted_name(broken.name);
  const std::string anew = " (DROP it, or make it anew so that it fits, in the same file)";
  if (!broken.trigger.empty())
    return "trigger " + broken.trigger + " would refuse every " + broken.verb + " of " +
           broken.name + " after this file: " + broken.problem + anew;
  if (broken.verb == "SELECT" && broken.kind == BrokenObject::Kind::kView)
    return "view " + broken.name + " would not work after this file: " + broken.problem + anew;
  if (broken.kind == BrokenObject::Kind::kFullText)
    return "full-text table " + broken.name +
           " would not find its content after this file: " + broken.problem +
           " (DROP it and CREATE it with the names of now, in the same file; INSERT INTO " + name +
           " (" + name + ") VALUES ('rebuild') fills it)";
  return broken.name + " would refuse every " + broken.verb +
         " after this file: " + broken.problem + anew;
}

// "trigger a ...; also broken: b, c".
std::string sentence(const std::vector<BrokenObject>& broken) {
  constexpr size_t kNamed = 5;
  std::string text = sentence(broken.front());
  std::vector<std::string> told{faulty(broken.front())};
  for (const BrokenObject& one : broken) {
    if (std::find(told.begin(), told.end(), faulty(one)) != told.end()) continue;
    if (told.size() <= kNamed) text += (told.size() == 1 ? "; so would " : ", ") + faulty(one);
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
  TRY(check_references(connection));
  return check_objects(connection, file);
}

base::Result<void> FileEnd::check_references(Connection& connection) {
  TRY_ASSIGN(References now, load_references(connection));
  const std::vector<DanglingReference> fresh = new_dangling(references_, now);
  references_ = std::move(now);
  if (fresh.empty()) return {};
  std::string message = describe(fresh.front());
  if (fresh.size() > 1) message += ", and " + std::to_string(fresh.size() - 1) + " more like it";
  return base::fail(base::Code::kConflict,
                    message +
                        ", after this file: mend what refers in the same file (while a file "
                        "runs, foreign keys do not act: ON DELETE CASCADE does not either)");
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
  const size_t line = line_of(file.sql, fresh.front());
  return base::fail(
      base::Code::kConflict,
      file.path + (line == 0 ? "" : ":" + std::to_string(line)) + ": " + sentence(fresh));
}

}  // namespace prodev::db
