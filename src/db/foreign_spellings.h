// What PostgreSQL and MySQL say and SQLite cannot: for each spelling the sentence that tells
// SQLite's way of saying it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "db/postgres_calls.h"

namespace prodev::db {

// The sentence about a whole statement that cannot be, told by its first words, tokens[at] and
// those behind it; empty: none.
std::string_view refused_statement(const SqlTokenList& tokens, size_t at = 0);

// The sentence about what PL/pgSQL has at the beginning of a statement in a function's body, and
// SQL has not; empty: none.
std::string_view refused_in_body(const SqlTokenList& tokens, size_t at);

// The sentence about a table of another product's schema (auth.users) that is named at tokens[at];
// empty: none.
std::string_view refused_schema(const SqlTokenList& tokens, size_t at);

// The sentence about the type of a column that begins with `word`, which SQLite would take for
// another one without a word; empty: none.
std::string_view refused_type(std::string_view word);

// A spot of a statement that SQLite cannot read, and the way out.
struct Explanation {
  size_t offset = 0;
  std::string message;
};

// What looks like the parameter tokens[at] and is none where it comes from: the `::` of a cast, the
// `?` of `tags ? 'a'`. None: it is a parameter.
std::optional<Explanation> explain_parameter(const SqlTokenList& tokens, size_t at);

// Whether a message of SQLite is about a text that it cannot read, whatever the database holds.
bool is_syntax_error(std::string_view message);

// In place of SQLite's `message` about the statement's byte `offset`: a spelling known from
// elsewhere near it, else the message and where SQLite's statements are described.
Explanation explain_syntax_error(const SqlTokenList& tokens, size_t offset,
                                 std::string_view message);

// SQLite's `message` about what it can read and will not do, with the way out where one is known.
std::string explain_refusal(std::string_view message);

// Either of these, for SQL that is a part of a statement: `message` about the byte `offset` of
// `source`.
Explanation explain_error(std::string_view source, size_t offset, std::string_view message);

}  // namespace prodev::db
