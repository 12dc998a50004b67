// Full-text queries: from PostgreSQL's forms to FTS5's (sqlite.org/fts5, Full-text Query Syntax).
//
//   kTextQuery  fts    to_tsquery: words with & | ! <-> ( ) and :* for a prefix
//   kPlainText  plfts  plainto_tsquery: all of the words
//   kPhrase     phfts  phraseto_tsquery: the words in this order
//   kWebSearch  wfts   websearch_to_tsquery: words, "phrases", or, -not
#pragma once

#include <string>
#include <string_view>

#include "query/api_error.h"
#include "query/ast.h"

namespace prodev::query {

constexpr size_t kMaxTextQueryWords = 50;

struct TextQuery {
  std::string match;     // in FTS5's syntax; every word is in quotes, so that none is an operator
  bool negated = false;  // asks for the rows that do not match
};

// 42601 when `text` cannot be read. Without a word, which only kTextQuery refuses, nothing matches.
Outcome<TextQuery> text_query_of(Operator op, std::string_view text);

}  // namespace prodev::query
