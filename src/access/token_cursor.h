// TokenCursor: a step through the tokens of one statement, with errors that say what was expected.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "access/statement.h"
#include "db/sql_tokens.h"

namespace prodev::access {

// An error at `offset` of a statement, kBadInput.
tl::unexpected<db::StatementError> fail_at(size_t offset, std::string message);

class TokenCursor {
 public:
  explicit TokenCursor(std::string_view statement)
      : statement_(statement), tokens_(statement), token_(tokens_.next()) {}

  const db::SqlToken& token() const { return token_; }
  void step() { token_ = tokens_.next(); }

  // Steps over the keyword `upper` when it is next.
  bool accept(std::string_view upper);
  bool accept(char punctuation);
  db::StatementResult<void> expect(std::string_view upper);
  // Steps over one of `upper`; returns its index.
  db::StatementResult<size_t> expect_one(const std::vector<std::string_view>& upper);
  db::StatementResult<void> expect_end();

  // A name; `what` tells a reader which: "the policy's name".
  db::StatementResult<Name> name(const std::string& what);
  db::StatementResult<std::vector<Name>> names(const std::string& what);
  // A table's name without `public.` or `main.`.
  db::StatementResult<Name> table();
  // "(expression)". Its parentheses are balanced and its quotes closed.
  db::StatementResult<Expression> parenthesised();

  // "expected A, B or C, found X", with the one that X may have been meant to be.
  tl::unexpected<db::StatementError> fail_expected(const std::vector<std::string_view>& what) const;

 private:
  std::string_view statement_;
  db::SqlTokens tokens_;
  db::SqlToken token_;
};

}  // namespace prodev::access
