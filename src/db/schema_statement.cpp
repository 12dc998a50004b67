#include "db/schema_statement.h"

#include <algorithm>
#include <optional>

#include "db/foreign_spellings.h"
#include "text/ascii.h"

namespace prodev::db {

namespace {

using Kind = SqlToken::Kind;

bool word_at(const SqlTokenList& tokens, size_t at, std::string_view upper) {
  return at < tokens.size() && tokens[at].is_word(upper);
}

bool creates_trigger(std::string_view script, size_t start) {
  SqlTokens tokens(script, start);
  if (!tokens.next().is_word("CREATE")) return false;
  SqlToken token = tokens.next();
  if (token.is_one_of({"TEMP", "TEMPORARY"})) token = tokens.next();
  return token.is_word("TRIGGER");
}

// SQLite would take a parameter that nobody binds for NULL.
StatementResult<void> refuse_parameter(const SqlToken& token) {
  if (token.kind == Kind::kDollarString)
    return fail_statement_at(token.offset,
                             "SQLite has no $$ quotes, which would stand for NULL: write 'text', "
                             "with '' for each ' in it");
  return fail_statement_at(token.offset,
                           std::string(token.text.substr(0, 40)) +
                               " would be a parameter, and a schema file has none to give: "
                               "write the value, text in single quotes");
}

bool is_parameter(const SqlToken& token) {
  return token.kind == Kind::kParameter || token.kind == Kind::kDollarString;
}

// DEFAULT and a bare word is a text for SQLite.
StatementResult<void> refuse_default(const SqlTokenList& tokens, size_t at) {
  if (!tokens[at].is_word("DEFAULT") || at + 1 == tokens.size()) return {};
  const SqlToken& value = tokens[at + 1];
  if (value.is_one_of({"LOCALTIME", "LOCALTIMESTAMP"}))
    return fail_statement_at(value.offset, "SQLite would store this as a text: write now()");
  if (value.is_one_of({"CURRENT_USER", "SESSION_USER", "USER", "CURRENT_ROLE", "CURRENT_SCHEMA",
                       "CURRENT_CATALOG"}))
    return fail_statement_at(value.offset,
                             "SQLite would store this as a text: write auth.uid() or auth.role()");
  return {};
}

// Where the definition of a column begins that has tokens[at] outside of its parentheses.
size_t definition_begin(const SqlTokenList& tokens, size_t at) {
  int depth = 0;
  while (at > 0) {
    const SqlToken& before = tokens[at - 1];
    if (depth == 0 && (before.is(',') || before.is('(') || before.is_one_of({"ADD", "COLUMN"})))
      break;
    depth += before.is(')') ? 1 : before.is('(') ? -1 : 0;
    --at;
  }
  return at;
}

// What PostgreSQL reads as a boolean: the beginnings of these words, without regard to case.
std::optional<bool> boolean_of(const std::string& literal) {
  if (literal.empty()) return std::nullopt;
  const auto begins = [&](std::string_view word, size_t shortest) {
    return literal.size() >= shortest && literal.size() <= word.size() &&
           text::equal_ignoring_case(word.substr(0, literal.size()), literal);
  };
  if (begins("true", 1) || begins("yes", 1) || begins("on", 2) || literal == "1") return true;
  if (begins("false", 1) || begins("no", 1) || begins("off", 2) || literal == "0") return false;
  return std::nullopt;
}

// done boolean DEFAULT 'f' is a text for SQLite, and no boolean.
StatementResult<void> respell_boolean_default(const SqlTokenList& tokens, size_t at,
                                              std::vector<SqlEdit>& edits) {
  if (!tokens[at].is_word("DEFAULT") || at + 1 == tokens.size()) return {};
  const SqlToken& literal = tokens[at + 1];
  const size_t type = definition_begin(tokens, at) + 1;
  if (literal.kind != Kind::kString || type >= at || !tokens[type].is_one_of({"BOOL", "BOOLEAN"}))
    return {};
  const std::optional<bool> value = boolean_of(literal.value());
  if (!value)
    return fail_statement_at(literal.offset,
                             std::string(literal.text) + " is no boolean: write true or false");
  edits.push_back(
      {literal.offset, literal.offset + literal.text.size(), *value ? "true" : "false"});
  return {};
}

StatementResult<void> check_token(const SqlTokenList& tokens, size_t at) {
  if (std::optional<Explanation> other = explain_parameter(tokens, at))
    return fail_statement_at(other->offset, std::move(other->message));
  if (is_parameter(tokens[at])) return refuse_parameter(tokens[at]);
  return refuse_default(tokens, at);
}

// CAST(x AS JSON), which to SQLite is a cast to a number, is json(x).
void respell_json_cast(const SqlTokenList& tokens, size_t at, std::vector<SqlEdit>& edits) {
  if (!tokens[at].is_word("CAST") || at + 1 >= tokens.size() || !tokens[at + 1].is('(')) return;
  size_t end = at + 1;
  for (int depth = 0; end < tokens.size(); ++end) {
    depth += tokens[end].is('(') ? 1 : tokens[end].is(')') ? -1 : 0;
    if (depth == 0) break;
  }
  if (end >= tokens.size() || end < at + 5 || !tokens[end - 2].is_word("AS") ||
      !tokens[end - 1].is_one_of({"JSON", "JSONB"}))
    return;
  edits.push_back({tokens[at].offset, tokens[at].offset + tokens[at].text.size(), "json"});
  edits.push_back({tokens[end - 2].offset, tokens[end].offset, {}});
}

StatementResult<void> respell_calls(const SqlTokenList& tokens, std::vector<SqlEdit>& edits) {
  for (size_t i = 0; i < tokens.size(); ++i) {
    Respelling respelling;
    respell_json_cast(tokens, i, edits);
    TRY(respell_boolean_default(tokens, i, edits));
    if (const std::string_view sentence = refused_schema(tokens, i); !sentence.empty())
      return fail_statement_at(tokens[i].offset, std::string(sentence));
    TRY_ASSIGN(const auto part, caller_call(tokens, i));
    if (part) {
      respelling = {kCallerCallTokens, stored_caller_call(*part)};
    } else if (const auto known = respell(tokens, i)) {
      respelling = *known;
    } else {
      TRY(check_token(tokens, i));
      continue;
    }
    const SqlToken& last = tokens[i + respelling.tokens - 1];
    edits.push_back(
        {tokens[i].offset, last.offset + last.text.size(), std::string(respelling.sqlite)});
    i += respelling.tokens - 1;
  }
  return {};
}

}  // namespace

size_t SchemaStatement::source_offset(size_t offset) const {
  size_t shift = 0;  // from bytes of `sql` to those of the source; may wrap around
  for (const SqlEdit& edit : edits) {
    const size_t begin = edit.begin - shift;
    if (offset < begin) break;
    if (offset < begin + edit.sql.size()) return edit.begin;
    shift += (edit.end - edit.begin) - edit.sql.size();
  }
  return offset + shift;
}

SqlTokenList tokens_of(std::string_view statement) {
  SqlTokenList tokens;
  SqlTokens text(statement);
  for (SqlToken token = text.next(); token.kind != Kind::kEnd; token = text.next()) {
    tokens.push_back(token);
    if (token.kind == Kind::kUnfinished) break;
  }
  return tokens;
}

size_t statement_end(std::string_view script, size_t start) {
  const bool is_trigger = creates_trigger(script, start);
  SqlTokens tokens(script, start);
  // As sqlite3_complete() has it: a trigger ends at the `;` of `; END ;`.
  bool after_semicolon = false;
  bool after_end = false;
  for (;;) {
    const SqlToken token = tokens.next();
    if (token.kind == Kind::kUnfinished) return script.size();
    if (token.kind == Kind::kEnd) return token.offset;
    if (token.is(';') && (!is_trigger || after_end)) return token.offset;
    after_end = after_semicolon && token.is_word("END");
    after_semicolon = token.is(';');
  }
}

std::vector<std::string_view> statements_of(std::string_view script) {
  std::vector<std::string_view> statements;
  for (size_t start = 0, end = 0; start < script.size(); start = end + 1) {
    end = statement_end(script, start);
    statements.push_back(script.substr(start, end - start));
  }
  return statements;
}

bool is_sqlite_statement(const SqlTokenList& tokens) {
  if (tokens.empty()) return false;
  if (tokens[0].is_one_of({"SELECT", "WITH", "VALUES", "INSERT", "REPLACE", "UPDATE", "DELETE",
                           "PRAGMA", "ANALYZE", "REINDEX", "ATTACH", "DETACH", "VACUUM", "EXPLAIN",
                           "SAVEPOINT", "RELEASE"}))
    return true;
  if (tokens[0].is_one_of({"CREATE", "DROP"}))
    return tokens.size() > 1 && tokens[1].is_one_of({"TABLE", "TEMP", "TEMPORARY", "INDEX",
                                                     "UNIQUE", "VIEW", "VIRTUAL", "TRIGGER"});
  if (!tokens[0].is_word("ALTER") || !word_at(tokens, 1, "TABLE")) return false;
  for (size_t i = 2; i < tokens.size(); ++i) {
    if (tokens[i].is_word("LEVEL") && word_at(tokens, i + 1, "SECURITY")) return false;
  }
  return true;
}

StatementResult<SchemaStatement> make_schema_statement(std::string_view statement) {
  const SqlTokenList tokens = tokens_of(statement);
  SchemaStatement made;
  if (is_sqlite_statement(tokens)) {
    TRY_ASSIGN(made.edits, number_columns(tokens));
    TRY(respell_calls(tokens, made.edits));
    std::stable_sort(made.edits.begin(), made.edits.end(),
                     [](const SqlEdit& a, const SqlEdit& b) { return a.begin < b.begin; });
  }
  size_t at = 0;
  for (const SqlEdit& edit : made.edits) {
    made.sql.append(statement.substr(at, edit.begin - at)).append(edit.sql);
    at = edit.end;
  }
  made.sql.append(statement.substr(at));
  return made;
}

}  // namespace prodev::db
