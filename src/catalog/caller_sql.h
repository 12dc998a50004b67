// SQL that a schema's author wrote to be run for callers: policies and functions.
//
// It may ask who calls: auth.uid(), auth.role() and auth.jwt() become the parameters ?1 (text; NULL
// without a user), ?2 (text) and ?3 (JSON text of the claims), which every statement made for a
// client binds. now(), gen_random_uuid() and the like become SQLite's (db/postgres_calls.h).
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "db/postgres_calls.h"
#include "db/statement_error.h"

namespace prodev::catalog {

using db::SqlTokenList;

// The parameters that follow those of the caller begin here.
constexpr int kFirstParameter = 4;

struct CallerSql {
  // Without comments and line ends (but those in strings).
  std::string sql;
  bool uses_identity = false;  // has ?1 or ?3

  // Where a byte of `sql` was in the source.
  size_t source_offset(size_t offset) const;

  struct Origin {
    size_t sql = 0;
    size_t source = 0;
  };
  std::vector<Origin> origins;  // of each token
};

// What stands for some tokens; 0 tokens: the one that was asked about stays as it is.
struct Replacement {
  size_t tokens = 0;
  std::string sql;
};
// Asked about each token but those of auth's functions.
using Replace = std::function<db::StatementResult<Replacement>(const SqlTokenList&, size_t at)>;

// An error at `offset` of SQL, kBadInput.
tl::unexpected<db::StatementError> fail_sql(size_t offset, std::string message);

// The tokens of `source`, when SQLite reads them as we do: quotes and comments have an end,
// parentheses are balanced. Offsets of errors (kBadInput), here and below, are into `source`.
db::StatementResult<SqlTokenList> read_tokens(std::string_view source);

// The tokens from `begin` to before `end`. An unknown function of auth is an error, and so is what
// `replace` refuses.
db::StatementResult<CallerSql> lower_tokens(const SqlTokenList& tokens, size_t begin, size_t end,
                                            const Replace& replace);

}  // namespace prodev::catalog
