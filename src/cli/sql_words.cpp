#include "cli/sql_words.h"

#include "db/sql_tokens.h"

namespace prodev::cli {

std::string_view refused_word(std::string_view statement) {
  const db::SqlToken word = db::SqlTokens(statement).next();
  // One that waits at a prompt would hold up everybody who writes.
  if (word.is_one_of({"BEGIN", "START", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE"})) {
    return "statements are not taken together by BEGIN and COMMIT here: prodev sql --write runs "
           "those of a file (--file), of its argument or of standard input as one transaction, and "
           "at the prompt each is one";
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
