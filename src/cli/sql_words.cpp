#include "cli/sql_words.h"

#include "db/sql_tokens.h"

namespace prodev::cli {

std::string_view refused_word(std::string_view statement) {
  db::SqlTokens tokens(statement);
  const db::SqlToken word = tokens.next();
  const db::SqlToken second = tokens.next();
  // One that waits at a prompt would hold up everybody who writes.
  if (word.is_one_of({"BEGIN", "START", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE"})) {
    return "statements are not taken together by BEGIN and COMMIT here: prodev sql --write runs "
           "those of a file (--file), of its argument or of standard input as one transaction, and "
           "at the prompt each is one";
  }
  if (word.is_word("VACUUM") && second.is_word("INTO")) {
    return "this prompt writes no files: sqlite3 data/prodev.db \"VACUUM INTO 'backup.db'\" makes "
           "a copy, also while the server runs";
  }
  if (word.is_word("EXPLAIN") && (second.is_one_of({"ANALYZE", "ANALYSE"}) || second.is('('))) {
    return "SQLite says it so: EXPLAIN QUERY PLAN SELECT ..., which tells the plan and runs "
           "nothing";
  }
  if (word.is_one_of({"ANALYZE", "ANALYSE"}))
    return "a running server keeps SQLite's statistics up to date itself";
  if (word.is('\\') || word.is_one_of({"SHOW", "DESCRIBE", "DESC"})) {
    return "tables are told by .tables and .schema TABLE at the prompt, and elsewhere by SELECT "
           "name, type FROM pragma_table_list";
  }
  if (word.is_word("VACUUM")) {
    return "VACUUM writes the whole database anew while nobody else may use it, which is not for "
           "this prompt";
  }
  if (word.is_one_of({"CREATE", "ALTER", "DROP", "REINDEX", "GRANT", "REVOKE", "COMMENT"})) {
    return "tables, rules and functions are made by the schema's files, so that they can be made "
           "again: prodev migrate new NAME makes the next file";
  }
  if (word.is('.'))
    return "what begins with a dot, such as .schema, is for the prompt: prodev sql without a "
           "statement";
  return {};
}

}  // namespace prodev::cli
