#include "db/foreign_spellings.h"

#include <algorithm>

#include "db/foreign_spelling_rows.h"
#include "db/quoted_texts.h"
#include "db/schema_statement.h"
#include "text/ascii.h"

namespace prodev::db {

namespace {

// The index of the token at `offset`, or of the last one before.
size_t token_at(const SqlTokenList& tokens, size_t offset) {
  const auto after =
      std::upper_bound(tokens.begin(), tokens.end(), offset,
                       [](size_t at, const SqlToken& token) { return at < token.offset; });
  return after == tokens.begin() ? 0 : static_cast<size_t>(after - tokens.begin()) - 1;
}

// SQLite may have taken the first words of a spelling for names before it stopped.
constexpr size_t kTokensBefore = 5;
constexpr size_t kTokensBetween = 2;

bool begins_statement(const SqlToken& token) {
  constexpr std::string_view kFirst[] = {"CREATE", "ALTER",  "DROP",  "INSERT",
                                         "UPDATE", "DELETE", "GRANT", "REVOKE"};
  return std::any_of(std::begin(kFirst), std::end(kFirst),
                     [&](std::string_view word) { return token.is_word(word); });
}

// Whether the statement makes what `word` names (CREATE UNIQUE INDEX an INDEX); empty: any does.
bool makes(const SqlTokenList& tokens, std::string_view word) {
  constexpr size_t kWordsBefore = 3;  // CREATE TEMP VIEW
  const size_t end = std::min(tokens.size(), kWordsBefore);
  return word.empty() || std::any_of(tokens.begin(), tokens.begin() + static_cast<ptrdiff_t>(end),
                                     [&](const SqlToken& token) { return token.is_word(word); });
}

// Whether what `row` matches at tokens[at] is what SQLite stopped about at tokens[stop].
bool is_about(const foreign::SpellingRow& row, const SqlTokenList& tokens, size_t at, size_t stop) {
  const size_t count = count_matching(row.tokens, tokens, at);
  if (count == 0 || !makes(tokens, row.of)) return false;
  const bool loose = row.tokens.ends_with('*');
  return at + count + (loose ? 0 : kTokensBetween + 1) > stop;
}

template <size_t kRows>
std::string_view sentence_at(const foreign::SpellingRow (&rows)[kRows], const SqlTokenList& tokens,
                             size_t at) {
  for (const foreign::SpellingRow& row : rows) {
    if (count_matching(row.tokens, tokens, at) > 0) return row.sentence;
  }
  return {};
}

template <size_t kRows>
std::string_view sentence_about(const foreign::SpellingRow (&rows)[kRows], std::string_view name) {
  for (const foreign::SpellingRow& row : rows) {
    if (text::equal_ignoring_case(name, row.tokens)) return row.sentence;
  }
  return {};
}

// E'text' whose quote is tokens[stop].
std::optional<Explanation> explain_prefixed_string(const SqlTokenList& tokens, size_t stop) {
  if (stop == 0 || tokens[stop].kind != SqlToken::Kind::kString) return std::nullopt;
  const SqlToken& prefix = tokens[stop - 1];
  if (!prefix.is_word("E") || prefix.offset + 1 != tokens[stop].offset) return std::nullopt;
  return Explanation{prefix.offset, std::string(foreign::kNoEscapes)};
}

// INSERT ... SELECT ... FROM s ON CONFLICT (c) DO, of which SQLite takes ON for that of a join, and
// stops at DO (lang_upsert, section 2.2).
std::optional<Explanation> explain_upsert(const SqlTokenList& tokens, size_t stop) {
  if (!tokens[stop].is_word("DO")) return std::nullopt;
  for (size_t at = stop; at-- > 0;) {
    if (!tokens[at].is_word("ON") || !tokens[at + 1].is_word("CONFLICT")) continue;
    return Explanation{tokens[at].offset, std::string(foreign::kUpsertOfSelect)};
  }
  return std::nullopt;
}

// The way out of "error in view v after drop column: ..." and its like.
std::string_view after_alteration(std::string_view message) {
  const bool drops = message.find(" after drop column: ") != std::string_view::npos;
  const bool renames = message.find(" after rename: ") != std::string_view::npos;
  const bool of_table = message.starts_with("error in table ");
  if (!drops && (!renames || of_table)) return {};
  return of_table ? foreign::kDropColumn : foreign::kDropFirst;
}

// CREATE FUNCTION ... BEGIN ATOMIC SELECT 1: its statements would be taken for the file's.
bool begins_atomic_body(const SqlTokenList& tokens) {
  if (tokens.empty() || !tokens[0].is_word("CREATE")) return false;
  return std::adjacent_find(tokens.begin(), tokens.end(),
                            [](const SqlToken& token, const SqlToken& next) {
                              return token.is_word("BEGIN") && next.is_word("ATOMIC");
                            }) != tokens.end();
}

}  // namespace

std::string_view refused_statement(const SqlTokenList& tokens, size_t at) {
  if (begins_atomic_body(tokens)) return foreign::kAtomicBody;
  return sentence_at(foreign::kRefused, tokens, at);
}

std::string_view refused_in_body(const SqlTokenList& tokens, size_t at) {
  return sentence_at(foreign::kBody, tokens, at);
}

std::string_view refused_schema(const SqlTokenList& tokens, size_t at) {
  const bool qualifies = at + 2 < tokens.size() && tokens[at + 1].is('.') && !tokens[at].is('.') &&
                         names_an_object(tokens, at);
  return qualifies ? sentence_about(foreign::kSchemas, tokens[at].value()) : std::string_view();
}

std::string_view refused_type(std::string_view word) {
  return sentence_about(foreign::kTypes, word);
}

std::optional<Explanation> explain_parameter(const SqlTokenList& tokens, size_t at) {
  if (at == 0) return std::nullopt;
  const SqlToken& token = tokens[at];
  const SqlToken& before = tokens[at - 1];
  if (token.text.starts_with(':') && before.is(':') && before.offset + 1 == token.offset) {
    const bool interval = text::equal_ignoring_case(token.text, ":interval");
    return Explanation{before.offset, std::string(interval ? foreign::kInterval : foreign::kCast)};
  }
  const bool has_key = token.text == "?" && at + 1 < tokens.size() &&
                       (tokens[at + 1].kind == SqlToken::Kind::kString || tokens[at + 1].is('|') ||
                        tokens[at + 1].is('&'));
  if (!has_key) return std::nullopt;
  return Explanation{token.offset, std::string(foreign::kJsonKey)};
}

bool is_syntax_error(std::string_view message) {
  return message.ends_with(": syntax error") || message.starts_with("unrecognized token") ||
         message == "incomplete input";
}

Explanation explain_syntax_error(const SqlTokenList& tokens, size_t offset,
                                 std::string_view message) {
  if (!tokens.empty()) {
    const size_t stop = token_at(tokens, offset);
    if (auto known = explain_prefixed_string(tokens, stop)) return *std::move(known);
    if (auto known = explain_upsert(tokens, stop)) return *std::move(known);
    const size_t first = stop - std::min(stop, kTokensBefore);
    for (const foreign::SpellingRow& row : foreign::kSpellings) {
      for (size_t at = stop + 1; at-- > first;) {
        if (is_about(row, tokens, at, stop)) return {tokens[at].offset, std::string(row.sentence)};
      }
    }
    const bool alters = tokens[0].is_word("ALTER") && tokens[stop].is(',');
    if (alters)
      return {tokens[stop].offset,
              "SQLite changes one thing at a time: write an ALTER TABLE for each"};
    if (message == "incomplete input")
      return {offset,
              "the statement ends too early: something is missing, such as the end of what a "
              "parenthesis opens"};
    if (stop > 0 && begins_statement(tokens[stop]))
      return {tokens[stop].offset,
              std::string(tokens[stop].text) + " cannot stand here: a ; may be missing before it"};
    if (stop > 2 && tokens[stop].is('(') && tokens[stop - 2].is('.'))
      return {tokens[stop - 3].offset, "no function has a schema here: write its name alone"};
  }
  return {offset, std::string(message) +
                      ": SQLite knows no such spelling (its own are at "
                      "https://sqlite.org/lang.html)"};
}

std::string explain_refusal(std::string_view message) {
  for (const foreign::SpellingRow& row : foreign::kRefusals) {
    if (message.starts_with(row.tokens))
      return std::string(message) + ": " + std::string(row.sentence);
  }
  if (const std::string_view way_out = after_alteration(message); !way_out.empty())
    return std::string(message) + ": " + std::string(way_out);
  const bool no_function = message.starts_with("no such function: ");
  if (no_function || message.starts_with("no such column: ")) {
    const std::string_view name = message.substr(message.find(": ") + 2);
    if (const std::string_view sentence = sentence_about(foreign::kUnknown, name);
        !sentence.empty())
      return std::string(message) + ": " + std::string(sentence);
  }
  if (no_function) return std::string(message) + ": " + std::string(foreign::kNoFunction);
  return std::string(message);
}

Explanation explain_error(std::string_view source, size_t offset, std::string_view message) {
  if (!is_syntax_error(message)) {
    const bool quoted = offset < source.size() && source[offset] == '"';
    return {offset, explain_refusal(message) +
                        (quoted ? quoted_text_advice(source, message) : std::string())};
  }
  const size_t stop = message == "incomplete input" ? source.size() : offset;
  return explain_syntax_error(tokens_of(source), stop, message);
}

}  // namespace prodev::db
