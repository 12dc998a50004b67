#include "catalog/caller_sql.h"

#include "db/foreign_spellings.h"
#include "db/own_names.h"

namespace prodev::catalog {

namespace {

using Kind = db::SqlToken::Kind;

// Where SQLite reads a token in another way than we do, or would not read it at all.
db::StatementResult<void> check_token(const db::SqlToken& token) {
  switch (token.kind) {
    case Kind::kUnfinished:
      return fail_sql(token.offset, token.text.starts_with("/*") ? "this comment has no end"
                                                                 : "this quote has no end");
    case Kind::kNumber:
      if (token.text.ends_with('-') || token.text.ends_with('+'))
        return fail_sql(token.offset, "this number is not finished");
      return {};
    case Kind::kDollarString:
      return fail_sql(token.offset, "SQLite has no $$ quotes: write 'text'");
    case Kind::kPunctuation:
      if (token.text[0] >= 0 && token.text[0] < ' ')
        return fail_sql(token.offset, "this character has no meaning here");
      return {};
    default:
      return {};
  }
}

}  // namespace

tl::unexpected<db::StatementError> fail_sql(size_t offset, std::string message) {
  return tl::make_unexpected(
      db::StatementError({base::Code::kBadInput, std::move(message)}, offset));
}

size_t CallerSql::source_offset(size_t offset) const {
  size_t source = 0;
  for (const Origin& origin : origins) {
    if (origin.sql > offset) break;
    source = origin.source;
  }
  return source;
}

db::StatementResult<SqlTokenList> read_tokens(std::string_view source) {
  SqlTokenList tokens;
  db::SqlTokens text(source);
  std::vector<size_t> open;
  for (db::SqlToken token = text.next(); token.kind != Kind::kEnd; token = text.next()) {
    TRY(check_token(token));
    tokens.push_back(token);
    if (token.is('(')) open.push_back(token.offset);
    if (!token.is(')')) continue;
    if (open.empty()) return fail_sql(token.offset, "this parenthesis was not opened");
    open.pop_back();
  }
  if (!open.empty()) return fail_sql(open.back(), "this parenthesis is not closed");
  return tokens;
}

db::StatementResult<CallerSql> lower_tokens(const SqlTokenList& tokens, size_t begin, size_t end,
                                            const Replace& replace) {
  CallerSql lowered;
  if (begin == end) return lowered;
  size_t source_end = tokens[begin].offset;  // of the token before
  for (size_t i = begin; i < end; ++i) {
    if (std::string refused = db::refused_own_name(tokens, i); !refused.empty())
      return fail_sql(tokens[i].offset, std::move(refused));
    if (const std::string_view refused = db::refused_schema(tokens, i); !refused.empty())
      return fail_sql(tokens[i].offset, std::string(refused));
    TRY_ASSIGN(const auto part, db::caller_call(tokens, i));
    if (tokens[i].offset > source_end) lowered.sql += ' ';
    lowered.origins.push_back({lowered.sql.size(), tokens[i].offset});
    if (part) {
      // The space keeps a digit that follows out of the number.
      lowered.sql += '?' + std::to_string(static_cast<int>(*part) + 1) + ' ';
      lowered.uses_identity |= *part != db::CallerPart::kRole;
      i += db::kCallerCallTokens - 1;
    } else if (const auto respelling = db::respell(tokens, i)) {
      lowered.sql += respelling->sqlite;
      i += respelling->tokens - 1;
    } else {
      TRY_ASSIGN(const Replacement replacement, replace(tokens, i));
      if (replacement.tokens == 0) {
        lowered.sql += tokens[i].text;
      } else {
        lowered.sql += replacement.sql;
        i += replacement.tokens - 1;
      }
    }
    source_end = tokens[i].offset + tokens[i].text.size();
  }
  return lowered;
}

}  // namespace prodev::catalog
