#include "query/array_literal.h"

#include "text/ascii.h"
#include "text/json_string.h"

namespace prodev::query {

namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

}  // namespace

ArrayLiteral::ArrayLiteral(std::string_view literal) : literal_(literal), ahead_(literal) {}

bool ArrayLiteral::next() {
  if (over_ || failed()) return false;
  if (!begun_) {
    begun_ = true;
    if (!take('{')) return fail("Array value must start with \"{\".");
    if (take('}')) return end();
  } else {
    if (take('}')) return end();
    if (!take(',')) return fail_at_next();
  }
  skip_blanks();
  text_.clear();
  is_null_ = false;
  return ahead_.starts_with('"') ? read_quoted() : read_bare();
}

bool ArrayLiteral::read_quoted() {
  ahead_.remove_prefix(1);
  for (; !ahead_.empty() && ahead_.front() != '"'; ahead_.remove_prefix(1)) {
    if (ahead_.front() == '\\') ahead_.remove_prefix(1);
    if (ahead_.empty()) break;
    text_ += ahead_.front();
  }
  if (ahead_.empty()) return fail_at_next();
  ahead_.remove_prefix(1);
  return true;
}

bool ArrayLiteral::read_bare() {
  bool escaped = false;
  size_t kept = 0;  // bytes that end in none of the blanks at the end
  for (; !ahead_.empty(); ahead_.remove_prefix(1)) {
    const char c = ahead_.front();
    if (c == ',' || c == '}' || c == '{' || c == '"') break;
    const bool taken = c == '\\';
    if (taken) ahead_.remove_prefix(1);
    if (ahead_.empty()) break;
    escaped = escaped || taken;
    text_ += ahead_.front();
    if (taken || !is_blank(c)) kept = text_.size();
  }
  const bool ends = !ahead_.empty() && (ahead_.front() == ',' || ahead_.front() == '}');
  if (kept == 0 || !ends) return fail_at_next();
  text_.resize(kept);
  is_null_ = !escaped && text::equal_ignoring_case(text_, "null");
  return true;
}

// Behind the closing brace nothing but blanks may stand.
bool ArrayLiteral::end() {
  skip_blanks();
  over_ = true;
  return ahead_.empty() ? false : fail("Junk after closing right brace.");
}

void ArrayLiteral::skip_blanks() {
  while (!ahead_.empty() && is_blank(ahead_.front())) ahead_.remove_prefix(1);
}

bool ArrayLiteral::take(char mark) {
  skip_blanks();
  if (!ahead_.starts_with(mark)) return false;
  ahead_.remove_prefix(1);
  return true;
}

bool ArrayLiteral::fail(std::string fault) {
  fault_ = std::move(fault);
  return false;
}

bool ArrayLiteral::fail_at_next() {
  if (ahead_.empty()) return fail("Unexpected end of input.");
  switch (ahead_.front()) {
    case '{':
      return fail("Arrays within arrays are not supported.");
    case ',':
    case '}':
      return fail(std::string("Unexpected \"") + ahead_.front() + "\" character.");
    default:
      return fail("Unexpected array element.");
  }
}

ApiError ArrayLiteral::error(std::string hint) const {
  return {400, "22P02", "malformed array literal: \"" + std::string(literal_.substr(0, 100)) + "\"",
          fault_, std::move(hint)};
}

Outcome<std::string> json_of_array_literal(std::string_view literal) {
  ArrayLiteral array(literal);
  std::string json = "[";
  while (array.next()) {
    if (json.size() > 1) json += ',';
    if (array.is_null()) {
      json += "null";
    } else {
      text::append_json_string(json, array.text());
    }
  }
  if (array.failed()) return refuse(array.error(kArrayOrJsonHint));
  return json + "]";
}

}  // namespace prodev::query
