#include "rest/scanner.h"

#include "text/ascii.h"

namespace prodev::rest {

bool Scanner::take(std::string_view word) {
  if (!rest().starts_with(word)) return false;
  at_ += word.size();
  return true;
}

std::string_view Scanner::take_until(std::string_view stops) {
  const std::string_view ahead = rest();
  const std::string_view taken =
      stops.empty() ? ahead : ahead.substr(0, ahead.find_first_of(stops));
  at_ += taken.size();
  return taken;
}

void Scanner::skip_blanks() {
  while (!at_end() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
}

bool Scanner::take_mark(std::string_view mark) {
  const size_t before = at_;
  skip_blanks();
  if (take(mark)) {
    skip_blanks();
    return true;
  }
  at_ = before;
  return false;
}

query::Outcome<std::string> Scanner::take_quoted() {
  std::string word;
  while (!at_end() && text_[at_] != '"') {
    if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
    word.push_back(text_[at_++]);
  }
  if (!take("\"")) return fail("a closing '\"'");
  skip_blanks();
  return word;
}

query::Outcome<std::string> Scanner::take_word(std::string_view stops) {
  skip_blanks();
  if (!take("\"")) return std::string(text::trim(take_until(stops)));
  TRY_ASSIGN(std::string word, take_quoted());
  if (!at_end() && stops.find(text_[at_]) == std::string_view::npos)
    return fail("one of '" + std::string(stops) + "' after the closing '\"'");
  return word;
}

query::Outcome<std::string> Scanner::take_name(std::string_view stops) {
  skip_blanks();
  const std::string_view ahead = rest();
  const std::string_view name = ahead.substr(0, ahead.find_first_of(stops));
  const size_t arrow = name.find("->");
  if (ahead.starts_with('"')) {
    take("\"");
    TRY_ASSIGN(std::string word, take_quoted());
    const bool ends =
        at_end() || rest().starts_with("->") || stops.find(text_[at_]) != std::string_view::npos;
    if (!ends) return fail("one of '" + std::string(stops) + "' after the closing '\"'");
    return word;
  }
  const std::string_view taken = name.substr(0, arrow);
  at_ += taken.size();
  return std::string(text::trim(taken));
}

query::Outcome<std::string> Scanner::take_braces() {
  const size_t start = at_;
  size_t depth = 0;
  bool quoted = false;
  for (; at_ < text_.size(); ++at_) {
    const char c = text_[at_];
    if (c == '\\') {
      ++at_;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == '{' && !quoted) {
      ++depth;
    } else if (c == '}' && !quoted && --depth == 0) {
      ++at_;
      return std::string(text_.substr(start, at_ - start));
    }
  }
  at_ = text_.size();
  return fail("a closing '}'");
}

tl::unexpected<query::ApiError> Scanner::fail(const std::string& expected) const {
  const std::string found =
      at_end() ? "unexpected end of input" : "unexpected \"" + std::string(1, text_[at_]) + "\"";
  return query::refuse({400, "PGRST100",
                        "\"failed to parse " + std::string(what_) + " (" +
                            std::string(text_.substr(0, 200)) + ")\" (line 1, column " +
                            std::to_string(at_ + 1) + ")",
                        found + " expecting " + expected});
}

}  // namespace prodev::rest
