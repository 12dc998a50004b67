#include "query/text_query.h"

#include <algorithm>
#include <vector>

#include "text/ascii.h"

namespace prodev::query {

namespace {

constexpr size_t kMaxDepth = 16;

tl::unexpected<ApiError> fail(std::string_view text, std::string details) {
  return refuse({400, "42601",
                 "syntax error in full-text query: \"" + std::string(text.substr(0, 100)) + "\"",
                 std::move(details)});
}

void append_quoted(std::string& out, std::string_view words) {
  out.push_back('"');
  for (const char c : words) {
    if (c == '"') out.push_back('"');
    out.push_back(c);
  }
  out.push_back('"');
}

// A query of a NOT alone, which FTS5 has only between two operands ("a NOT b"), is told apart.
using Part = TextQuery;

// to_tsquery: '!' binds closest, then <->, &, |.
class TextQueryParser {
 public:
  explicit TextQueryParser(std::string_view text) : text_(text) {}

  Outcome<TextQuery> parse() {
    TRY_ASSIGN(Part query, parse_or(0));
    if (at_ < text_.size()) return fail(text_, "unexpected '" + std::string(1, text_[at_]) + "'");
    return query;
  }

 private:
  tl::unexpected<ApiError> only_negated() const {
    return fail(text_, "a part of it asks only for what is not there; name a word that is");
  }

  bool take(std::string_view symbol) {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    if (!text_.substr(at_).starts_with(symbol)) return false;
    at_ += symbol.size();
    return true;
  }

  Outcome<Part> parse_or(size_t depth) {
    if (depth > kMaxDepth) return fail(text_, "at most 16 levels of parentheses");
    TRY_ASSIGN(Part left, parse_and(depth));
    while (take("|")) {
      TRY_ASSIGN(const Part right, parse_and(depth));
      if (left.negated || right.negated) return only_negated();
      left.match = "(" + left.match + " OR " + right.match + ")";
    }
    return left;
  }

  Outcome<Part> parse_and(size_t depth) {
    std::string wanted;
    std::string unwanted;
    do {
      TRY_ASSIGN(const Part one, parse_unary(depth));
      std::string& list = one.negated ? unwanted : wanted;
      if (!list.empty()) list += one.negated ? " OR " : " AND ";
      list += one.match;
    } while (take("&"));
    if (wanted.empty()) return Part{"(" + unwanted + ")", true};
    if (unwanted.empty()) return Part{"(" + wanted + ")"};
    return Part{"((" + wanted + ") NOT (" + unwanted + "))"};
  }

  Outcome<Part> parse_unary(size_t depth) {
    bool negated = false;
    while (take("!")) negated = !negated;
    Part part;
    if (take("(")) {
      TRY_ASSIGN(part, parse_or(depth + 1));
      if (!take(")")) return fail(text_, "a ')' is missing");
    } else {
      TRY_ASSIGN(part.match, parse_phrase());
    }
    part.negated = part.negated != negated;
    return part;
  }

  // "word <-> word:*": FTS5's + joins phrases that follow each other.
  Outcome<std::string> parse_phrase() {
    std::string phrase;
    do {
      TRY_ASSIGN(const std::string word, parse_word());
      if (!phrase.empty()) phrase += " + ";
      phrase += word;
    } while (take("<->"));
    return phrase;
  }

  Outcome<std::string> parse_word() {
    if (++words_ > kMaxTextQueryWords) return fail(text_, "at most 50 words");
    take("");
    std::string word;
    if (take("'")) {
      const size_t end = text_.find('\'', at_);
      if (end == std::string_view::npos) return fail(text_, "a closing ' is missing");
      word = text_.substr(at_, end - at_);
      at_ = end + 1;
    } else {
      const size_t end = std::min(text_.find_first_of(" &|!()<:'", at_), text_.size());
      word = text_.substr(at_, end - at_);
      at_ = end;
    }
    if (word.empty()) return fail(text_, "a word is missing");
    std::string quoted;
    append_quoted(quoted, word);
    if (take(":")) {
      // Weights (:A) are of PostgreSQL alone.
      if (!take("*")) return fail(text_, "only :* may follow a word");
      quoted += " *";
    }
    return quoted;
  }

  std::string_view text_;
  size_t at_ = 0;
  size_t words_ = 0;
};

Outcome<std::vector<std::string_view>> split_words(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::string_view ahead = text::trim(text); !ahead.empty(); ahead = text::trim(ahead)) {
    const std::string_view word = ahead.substr(0, ahead.find(' '));
    words.push_back(word);
    ahead.remove_prefix(word.size());
  }
  if (words.size() > kMaxTextQueryWords) return fail(text, "at most 50 words");
  return words;
}

Outcome<TextQuery> plain_text(std::string_view text) {
  TRY_ASSIGN(const std::vector<std::string_view> words, split_words(text));
  std::string query;
  for (const std::string_view word : words) {
    if (!query.empty()) query += " AND ";
    append_quoted(query, word);
  }
  return TextQuery{query.empty() ? "\"\"" : query};
}

Outcome<TextQuery> phrase(std::string_view text) {
  TRY_ASSIGN(const std::vector<std::string_view> words, split_words(text));
  std::string joined;
  for (const std::string_view word : words) {
    if (!joined.empty()) joined += ' ';
    joined += word;
  }
  std::string query;
  append_quoted(query, joined);
  return TextQuery{query};
}

// A word or a phrase of a web search, from the front of `ahead`.
std::string_view take_term(std::string_view& ahead) {
  std::string_view term;
  if (ahead.starts_with('"')) {
    ahead.remove_prefix(1);
    term = ahead.substr(0, ahead.find('"'));
    ahead.remove_prefix(std::min(term.size() + 1, ahead.size()));
    return text::trim(term);
  }
  term = ahead.substr(0, ahead.find_first_of(" \""));
  ahead.remove_prefix(term.size());
  return term;
}

// Never an error of syntax, as in PostgreSQL: what cannot be an operator is a word.
Outcome<TextQuery> web_search(std::string_view text) {
  std::string wanted;
  std::string unwanted;
  size_t words = 0;
  bool joins_by_or = false;
  for (std::string_view ahead = text::trim(text); !ahead.empty(); ahead = text::trim(ahead)) {
    const bool negated = ahead.starts_with('-') && ahead.size() > 1 && ahead[1] != ' ';
    if (negated) ahead.remove_prefix(1);
    const bool quoted = ahead.starts_with('"');
    const std::string_view term = take_term(ahead);
    if (term.empty()) continue;
    if (!quoted && !negated && !wanted.empty() && text::equal_ignoring_case(term, "or")) {
      joins_by_or = true;
      continue;
    }
    if (++words > kMaxTextQueryWords) return fail(text, "at most 50 words");
    std::string& list = negated ? unwanted : wanted;
    if (!list.empty()) list += negated || joins_by_or ? " OR " : " AND ";
    joins_by_or = false;
    append_quoted(list, term);
  }
  if (wanted.empty() && unwanted.empty()) return TextQuery{"\"\""};
  if (wanted.empty()) return TextQuery{unwanted, true};
  if (unwanted.empty()) return TextQuery{wanted};
  return TextQuery{"(" + wanted + ") NOT (" + unwanted + ")"};
}

}  // namespace

Outcome<TextQuery> text_query_of(Operator op, std::string_view written) {
  if (written.find('\0') != std::string_view::npos) return fail(written, "it has a NUL character");
  std::string text(written);
  for (char& c : text) {
    if (c == '\n' || c == '\r' || c == '\t') c = ' ';
  }
  switch (op) {
    case Operator::kPlainText:
      return plain_text(text);
    case Operator::kPhrase:
      return phrase(text);
    case Operator::kWebSearch:
      return web_search(text);
    default:
      return TextQueryParser(text).parse();
  }
}

}  // namespace prodev::query
