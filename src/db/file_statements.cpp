#include "db/file_statements.h"

#include <array>
#include <string>

#include "db/sql_tokens.h"
#include "text/ascii.h"

namespace prodev::db {

namespace {

enum class Verdict { kRun, kNothingToDo, kRefuse };

struct PragmaRule {
  std::string_view name;
  Verdict verdict = Verdict::kRefuse;
  std::string_view instead = {};  // of one that is refused: the way to have what it is for
};

// A pragma that is not named here is refused. legacy_alter_table ends with the file.
constexpr std::array kPragmas{
    PragmaRule{"foreign_keys", Verdict::kNothingToDo},
    PragmaRule{"defer_foreign_keys", Verdict::kNothingToDo},
    PragmaRule{"foreign_key_check", Verdict::kNothingToDo},
    PragmaRule{"legacy_alter_table", Verdict::kRun},
    PragmaRule{"user_version", Verdict::kRun},
    PragmaRule{"application_id", Verdict::kRun},
    PragmaRule{"integrity_check", Verdict::kRun},
    PragmaRule{"quick_check", Verdict::kRun},
    PragmaRule{"optimize", Verdict::kRun},
    PragmaRule{"table_info", Verdict::kRun},
    PragmaRule{"table_xinfo", Verdict::kRun},
    PragmaRule{"table_list", Verdict::kRun},
    PragmaRule{"index_list", Verdict::kRun},
    PragmaRule{"index_info", Verdict::kRun},
    PragmaRule{"index_xinfo", Verdict::kRun},
    PragmaRule{"foreign_key_list", Verdict::kRun},
    PragmaRule{"encoding", Verdict::kRefuse, "the text of a database is in UTF-8 here"},
    PragmaRule{"journal_mode", Verdict::kRefuse, "the journal is always a write-ahead log here"},
    PragmaRule{"synchronous", Verdict::kRefuse,
               "the setting \"synchronous\" says when a commit is on the disk"},
    PragmaRule{"page_size", Verdict::kRefuse,
               "while no server runs: sqlite3 data/prodev.db 'PRAGMA journal_mode = DELETE; "
               "PRAGMA page_size = ...; VACUUM'"},
    PragmaRule{"auto_vacuum", Verdict::kRefuse,
               "while no server runs: sqlite3 data/prodev.db 'PRAGMA auto_vacuum = ...; VACUUM'"},
    PragmaRule{"recursive_triggers", Verdict::kRefuse,
               "a trigger does not start itself here: write what it repeats as WITH RECURSIVE"},
    PragmaRule{"case_sensitive_like", Verdict::kRefuse,
               "GLOB and the filter \"like\" are case-sensitive"},
    PragmaRule{"ignore_check_constraints", Verdict::kRefuse,
               "mend the rows first, or make the table anew without the CHECK"},
    PragmaRule{"writable_schema", Verdict::kRefuse,
               "make the table anew, copy its rows, drop the old one and rename the new one"},
};

StatementError refuse(size_t offset, std::string message) {
  return {{base::Code::kBadInput, std::move(message)}, offset};
}

StatementResult<bool> judge_pragma(SqlTokens& tokens) {
  SqlToken name = tokens.next();
  SqlToken after = tokens.next();
  if (after.is('.')) {  // a schema stands before it
    name = tokens.next();
    after = tokens.next();
  }
  const std::string pragma = name.value();
  std::string_view instead;
  for (const PragmaRule& rule : kPragmas) {
    if (!text::equal_ignoring_case(pragma, rule.name)) continue;
    if (rule.verdict != Verdict::kRefuse) return rule.verdict == Verdict::kNothingToDo;
    instead = rule.instead;
  }
  return tl::make_unexpected(refuse(
      name.offset, "PRAGMA " + pragma + " has no lasting effect in a schema file: leave it out" +
                       (instead.empty() ? "" : " (" + std::string(instead) + ")")));
}

}  // namespace

StatementResult<bool> judge_file_statement(std::string_view statement) {
  SqlTokens tokens(statement);
  const SqlToken first = tokens.next();
  if (first.is_word("PRAGMA")) return judge_pragma(tokens);
  if (first.is_word("VACUUM")) {
    return tl::make_unexpected(
        refuse(first.offset,
               "VACUUM cannot run in a schema file, which is a transaction: leave it "
               "out (while no server runs: sqlite3 data/prodev.db VACUUM)"));
  }
  if (first.is_word("ATTACH") || first.is_word("DETACH")) {
    return tl::make_unexpected(
        refuse(first.offset,
               "a schema file works on the project's database alone: leave ATTACH and "
               "DETACH out, and bring rows in with prodev import"));
  }
  return false;
}

}  // namespace prodev::db
