#include "db/sql_tokens.h"

#include <algorithm>

#include "text/ascii.h"

namespace prodev::db {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_name_character(char c) {
  const char lower = text::to_lower(c);
  return (lower >= 'a' && lower <= 'z') || is_digit(c) || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}

// How many bytes the quote `$tag$` takes that `text` begins with (PostgreSQL, Lexical Structure
// 4.1.2.4); 0: it begins with none.
size_t dollar_quote_size(std::string_view text) {
  if (text.size() < 2 || text[0] != '$') return 0;
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '$') return i + 1;
    if (!is_name_character(text[i]) || (i == 1 && is_digit(text[i]))) return 0;
  }
  return 0;
}

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

}  // namespace

bool SqlToken::is_word(std::string_view upper) const {
  return kind == Kind::kWord && text::equal_ignoring_case(text, upper);
}

bool SqlToken::is_one_of(std::initializer_list<std::string_view> upper) const {
  return std::any_of(upper.begin(), upper.end(),
                     [&](std::string_view word) { return is_word(word); });
}

std::string SqlToken::value() const {
  if (kind == Kind::kDollarString) {
    const size_t quote_size = dollar_quote_size(text);
    return std::string(text.substr(quote_size, text.size() - 2 * quote_size));
  }
  if (kind != Kind::kQuotedName && kind != Kind::kString) return std::string(text);
  const char quote = text.front();
  std::string value;
  for (size_t i = 1; i + 1 < text.size(); ++i) {
    value.push_back(text[i]);
    if (text[i] == quote && quote != '[') ++i;  // a doubled quote stands for one
  }
  return value;
}

// False: a comment has no end. Its beginning stays ahead.
bool SqlTokens::skip_space() {
  for (;;) {
    while (at_ < sql_.size() && is_space(sql_[at_])) ++at_;
    const std::string_view ahead = sql_.substr(at_);
    if (ahead.starts_with("--")) {
      const size_t end = ahead.find('\n');
      at_ = end == std::string_view::npos ? sql_.size() : at_ + end + 1;
    } else if (ahead.starts_with("/*")) {
      const size_t end = ahead.find("*/", 2);
      if (end == std::string_view::npos) return false;
      at_ += end + 2;
    } else {
      return true;
    }
  }
}

SqlToken SqlTokens::next() {
  using Kind = SqlToken::Kind;
  const bool finished = skip_space();
  const size_t start = at_;
  const auto token = [&](Kind kind, size_t size) {
    at_ = start + size;
    return SqlToken{kind, sql_.substr(start, size), start};
  };
  const std::string_view ahead = sql_.substr(start);
  if (ahead.empty()) return token(Kind::kEnd, 0);
  if (!finished) return token(Kind::kUnfinished, ahead.size());
  const char first = ahead[0];
  const auto quoted = [&](Kind kind, size_t from, char close) {
    for (size_t i = from; i < ahead.size(); ++i) {
      if (ahead[i] != close) continue;
      if (close == ']' || i + 1 >= ahead.size() || ahead[i + 1] != close) return token(kind, i + 1);
      ++i;
    }
    return token(Kind::kUnfinished, ahead.size());
  };
  const auto run = [&](size_t from) {
    size_t i = from;
    while (i < ahead.size() && is_name_character(ahead[i])) ++i;
    return i;
  };
  if (first == '\'') return quoted(Kind::kString, 1, '\'');
  if (first == '"' || first == '`') return quoted(Kind::kQuotedName, 1, first);
  if (first == '[') return quoted(Kind::kQuotedName, 1, ']');
  if ((first == 'x' || first == 'X') && ahead.size() > 1 && ahead[1] == '\'')
    return quoted(Kind::kBlob, 2, '\'');
  if (is_digit(first) || (first == '.' && ahead.size() > 1 && is_digit(ahead[1]))) {
    size_t end = 0;
    while (end < ahead.size() &&
           (is_name_character(ahead[end]) || ahead[end] == '.' ||
            ((ahead[end] == '+' || ahead[end] == '-') && text::to_lower(ahead[end - 1]) == 'e' &&
             !(ahead[0] == '0' && text::to_lower(ahead.size() > 1 ? ahead[1] : ' ') == 'x')))) {
      ++end;
    }
    return token(Kind::kNumber, end);
  }
  if (const size_t quote_size = dollar_quote_size(ahead); quote_size > 0) {
    const size_t close = ahead.find(ahead.substr(0, quote_size), quote_size);
    if (close != std::string_view::npos) return token(Kind::kDollarString, close + quote_size);
  }
  if (first == '?' || first == ':' || first == '@' || first == '$') {
    const size_t end = run(1);
    return token(first == '?' || end > 1 ? Kind::kParameter : Kind::kPunctuation, end);
  }
  if (is_name_character(first)) return token(Kind::kWord, run(1));
  return token(Kind::kPunctuation, 1);
}

void append_name(std::string& sql, std::string_view name) {
  sql.push_back('"');
  for (size_t quote = name.find('"'); quote != std::string_view::npos; quote = name.find('"')) {
    sql.append(name.substr(0, quote + 1)).push_back('"');
    name.remove_prefix(quote + 1);
  }
  sql.append(name).push_back('"');
}

std::string quoted_name(std::string_view name) {
  std::string sql;
  append_name(sql, name);
  return sql;
}

}  // namespace prodev::db
