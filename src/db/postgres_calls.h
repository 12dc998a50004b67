// The calls of PostgreSQL's functions that schemas are full of, and what SQLite has for each, so
// that one spelling works in tables, views, triggers, policies and functions alike. They become
// SQLite's own expressions, which any tool that opens the database knows; only what is about the
// caller needs functions of ours (current_caller.h).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "db/sql_tokens.h"
#include "db/statement_error.h"

namespace prodev::db {

using SqlTokenList = std::vector<SqlToken>;

// How many tokens the words of `pattern` match from tokens[at] on, without regard to case; "*" is
// any token and '' any string. 0: not all of them match.
size_t count_matching(std::string_view pattern, const SqlTokenList& tokens, size_t at);

// Some tokens, and what SQLite has for them.
struct Respelling {
  size_t tokens = 0;
  std::string_view sqlite;  // an expression in parentheses of its own, or nothing
};

// What stands for the tokens that begin at tokens[at]:
//   now()                  (strftime('%Y-%m-%dT%H:%M:%fZ','now'))
//   gen_random_uuid()      (lower(hex(randomblob(4)))||'-'||...)
//   public.t (of a table)  t
// and their relatives. None: they are left as they are.
std::optional<Respelling> respell(const SqlTokenList& tokens, size_t at);

// What is asked of the caller.
enum class CallerPart { kUid, kRole, kJwt };
constexpr size_t kCallerCallTokens = 5;  // auth . uid ( )

// Whether a table, view, index or trigger is named at tokens[at], rather than a column of one.
bool names_an_object(const SqlTokenList& tokens, size_t at);

// Which of auth.uid(), auth.role() and auth.jwt() begins at tokens[at]; none: something else. An
// unknown function of auth is an error.
StatementResult<std::optional<CallerPart>> caller_call(const SqlTokenList& tokens, size_t at);

// The function of current_caller.h, in parentheses of its own.
std::string_view stored_caller_call(CallerPart part);

// SQL that a database holds, with what stands for other spellings put back: for people to read.
std::string as_written(std::string_view sql);

}  // namespace prodev::db
