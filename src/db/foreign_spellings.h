// What PostgreSQL and MySQL say and SQLite cannot: for each spelling the sentence that tells
// SQLite's way of saying it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "db/postgres_calls.h"

namespace prodev::db {

// The sentence about a whole statement that cannot be, told by its first words; empty: none.
std::string_view refused_statement(const SqlTokenList& tokens);

// The sentence about the tables of another product's schema (auth.users); empty: none.
std::string_view refused_schema(std::string_view name);

// A spot of a statement that SQLite cannot read, and the way out.
struct Explanation {
  size_t offset = 0;
  std::string message;
};

// In place of SQLite's `message` about the statement's byte `offset`: a spelling known from
// elsewhere near it, else the message and where SQLite's statements are described.
Explanation explain_syntax_error(const SqlTokenList& tokens, size_t offset,
                                 std::string_view message);

// SQLite's `message` about what it can read and will not do, with the way out where one is known.
std::string explain_refusal(std::string_view message);

}  // namespace prodev::db
