#include "comments/statement.h"

#include "access/token_cursor.h"

namespace prodev::comments {

namespace {

using access::Name;
using access::TokenCursor;
using Kind = db::SqlToken::Kind;

// TABLE.COLUMN, with or without `public.` before it.
db::StatementResult<void> parse_column(TokenCursor& cursor, CommentOn& comment) {
  TRY_ASSIGN(comment.name, cursor.name("a table's name"));
  if (!cursor.accept('.')) return cursor.fail_expected({"."});
  TRY_ASSIGN(comment.column, cursor.name("a column's name"));
  if (!cursor.accept('.')) return {};
  if (comment.name.text != "public" && comment.name.text != "main") {
    return access::fail_at(comment.name.offset,
                           "there is one schema here: write the table's name alone");
  }
  comment.name = std::move(comment.column);
  TRY_ASSIGN(comment.column, cursor.name("a column's name"));
  return {};
}

db::StatementResult<void> parse_subject(TokenCursor& cursor, CommentOn& comment) {
  TRY_ASSIGN(const size_t subject, cursor.expect_one({"TABLE", "VIEW", "COLUMN", "FUNCTION"}));
  comment.subject = static_cast<Subject>(subject);
  if (comment.subject == Subject::kColumn) return parse_column(cursor, comment);
  TRY_ASSIGN(comment.name, cursor.table());
  if (comment.subject == Subject::kFunction && cursor.token().is('(')) TRY(cursor.parenthesised());
  return {};
}

db::StatementResult<std::optional<std::string>> parse_text(TokenCursor& cursor) {
  if (cursor.accept("NULL")) return std::nullopt;
  const db::SqlToken& token = cursor.token();
  if (token.kind != Kind::kString) return cursor.fail_expected({"a text in quotes", "NULL"});
  std::string text = token.value();
  if (text.size() > kMaxCommentBytes) {
    return access::fail_at(token.offset,
                           "a comment has at most " + std::to_string(kMaxCommentBytes) + " bytes");
  }
  cursor.step();
  return text;
}

}  // namespace

db::StatementResult<std::optional<CommentOn>> parse_comment_on(std::string_view statement) {
  TokenCursor cursor(statement);
  if (!cursor.accept("COMMENT")) return std::nullopt;
  TRY(cursor.expect("ON"));
  CommentOn comment;
  TRY(parse_subject(cursor, comment));
  TRY(cursor.expect("IS"));
  TRY_ASSIGN(comment.text, parse_text(cursor));
  TRY(cursor.expect_end());
  return comment;
}

std::optional<Created> parse_created(std::string_view statement) {
  TokenCursor cursor(statement);
  if (!cursor.accept("CREATE")) return std::nullopt;
  if (cursor.accept("OR")) cursor.accept("REPLACE");
  cursor.accept("VIRTUAL");
  Created created;
  created.is_function = cursor.accept("FUNCTION");
  if (!created.is_function && !cursor.accept("TABLE") && !cursor.accept("VIEW"))
    return std::nullopt;
  if (cursor.accept("IF")) {
    cursor.accept("NOT");
    cursor.accept("EXISTS");
  }
  db::StatementResult<Name> name = cursor.table();
  if (!name) return std::nullopt;
  created.name = std::move(name->text);
  return created;
}

}  // namespace prodev::comments
