// "text" in double quotes: a name, and one that is not there is an error. SQLite lets connections
// take it for a string instead (sqlite.org/quirks, section 8); ours do not, so that a misspelt name
// is told when a schema is made and not when it is used, and all of them judge a schema alike.
#pragma once

#include <string>
#include <string_view>

#include "db/connection.h"
#include "db/schema_statement.h"
#include "db/statement_error.h"

namespace prodev::db {

// From now on, for what `connection` prepares. What a schema that is stored has for a string stays
// one in CHECKs and indexes; views and triggers are refused when they are used.
void forbid_quoted_texts(Connection& connection);

// Allows them again for as long as it lives: for ALTER TABLE, for which
// SQLite reads the whole schema as if it were new.
class QuotedTextsScope {
 public:
  explicit QuotedTextsScope(Connection& connection);
  ~QuotedTextsScope();
  QuotedTextsScope(const QuotedTextsScope&) = delete;
  QuotedTextsScope& operator=(const QuotedTextsScope&) = delete;

 private:
  Connection& connection_;
};

// `text` as a string of SQL.
std::string in_single_quotes(std::string_view text);

// ": text stands in single quotes: 'x'", where SQLite's `message` about `sql` ends in "no such
// column: x" and "x" may have been meant for a text there; else empty.
std::string quoted_text_advice(std::string_view sql, std::string_view message);

// After an ALTER TABLE. Of the column that ADD adds: refused is a definition that has a name in
// double quotes that is none.
StatementResult<void> check_added_column(Connection& connection, std::string_view source);

}  // namespace prodev::db
