#include "text/json_reader.h"

#include <algorithm>

#include "text/ascii.h"
#include "text/utf8.h"

namespace prodev::text {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

void append_utf8(std::string& out, unsigned code_point) {
  const auto put = [&](unsigned byte) { out.push_back(static_cast<char>(byte)); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xc0 | code_point >> 6);
    put(0x80 | (code_point & 0x3f));
  } else if (code_point < 0x10000) {
    put(0xe0 | code_point >> 12);
    put(0x80 | (code_point >> 6 & 0x3f));
    put(0x80 | (code_point & 0x3f));
  } else {
    put(0xf0 | code_point >> 18);
    put(0x80 | (code_point >> 12 & 0x3f));
    put(0x80 | (code_point >> 6 & 0x3f));
    put(0x80 | (code_point & 0x3f));
  }
}

}  // namespace

void JsonReader::fail(std::string_view what) {
  if (failed()) return;
  const std::string_view before = text_.substr(0, at_);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const size_t line_start = before.rfind('\n');  // npos + 1 is 0
  error_ = std::string(what) + " at line " + std::to_string(line) + ", column " +
           std::to_string(at_ - (line_start + 1) + 1);
}

void JsonReader::skip_space() {
  while (at_ < text_.size() &&
         (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) {
    ++at_;
  }
}

bool JsonReader::take(char c) {
  skip_space();
  if (at_ >= text_.size() || text_[at_] != c) return false;
  ++at_;
  return true;
}

JsonReader::Kind JsonReader::peek() {
  if (failed()) return Kind::kNull;
  skip_space();
  if (at_ >= text_.size()) {
    fail("the text ends where a value should be,");
    return Kind::kNull;
  }
  switch (text_[at_]) {
    case '{':
      return Kind::kObject;
    case '[':
      return Kind::kArray;
    case '"':
      return Kind::kString;
    case 't':
      return Kind::kTrue;
    case 'f':
      return Kind::kFalse;
    case 'n':
      return Kind::kNull;
    default:
      break;
  }
  if (text_[at_] == '-' || is_digit(text_[at_])) return Kind::kNumber;
  fail("expected a value");
  return Kind::kNull;
}

bool JsonReader::enter() {
  if (++depth_ > kMaxDepth) {
    fail("nested deeper than " + std::to_string(kMaxDepth) + " levels");
    return false;
  }
  first_ = true;
  return true;
}

void JsonReader::begin_array() {
  if (failed()) return;
  if (!take('[')) return fail("expected an array");
  enter();
}

bool JsonReader::next_element() {
  if (failed()) return false;
  if (take(']')) {
    --depth_;
    first_ = false;
    return false;
  }
  if (!first_ && !take(',')) {
    fail("expected ',' or ']'");
    return false;
  }
  first_ = false;
  peek();
  return !failed();
}

void JsonReader::begin_object() {
  if (failed()) return;
  if (!take('{')) return fail("expected an object");
  enter();
}

bool JsonReader::next_member(std::string& key) {
  if (failed()) return false;
  if (take('}')) {
    --depth_;
    first_ = false;
    return false;
  }
  if (!first_ && !take(',')) {
    fail("expected ',' or '}'");
    return false;
  }
  first_ = false;
  skip_space();
  if (at_ >= text_.size() || text_[at_] != '"') {
    fail("expected a key in quotes");
    return false;
  }
  key.clear();
  scan_string(&key);
  if (!failed() && !take(':')) fail("expected ':'");
  if (!failed()) peek();
  return !failed();
}

void JsonReader::read_string(std::string& out) {
  out.clear();
  if (peek() != Kind::kString) return fail("expected a string");
  scan_string(&out);
}

void JsonReader::scan_string(std::string* out) {
  ++at_;  // the quote
  for (;;) {
    const size_t start = at_;
    while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\' &&
           static_cast<unsigned char>(text_[at_]) >= 0x20) {
      if (static_cast<unsigned char>(text_[at_]) < 0x80) {
        ++at_;
        continue;
      }
      const size_t length = utf8_character_length(text_.substr(at_, 4));
      if (length == 0) return fail("a string is not UTF-8");
      at_ += length;
    }
    if (out != nullptr) out->append(text_.substr(start, at_ - start));
    if (at_ >= text_.size()) return fail("the text ends within a string,");
    if (text_[at_] == '"') {
      ++at_;
      return;
    }
    if (text_[at_] != '\\') return fail("a control character in a string must be escaped");
    ++at_;
    if (!read_escape(out)) return;
  }
}

bool JsonReader::read_hex4(unsigned& unit) {
  unit = 0;
  if (text_.size() - at_ < 4) return false;
  for (size_t i = 0; i < 4; ++i) {
    const int digit = hex_value(text_[at_ + i]);
    if (digit < 0) return false;
    unit = unit << 4 | static_cast<unsigned>(digit);
  }
  at_ += 4;
  return true;
}

bool JsonReader::read_escape(std::string* out) {
  static constexpr std::string_view kLetters = "\"\\/bfnrt", kMeanings = "\"\\/\b\f\n\r\t";
  if (at_ >= text_.size()) {
    fail("the text ends within a string,");
    return false;
  }
  const char letter = text_[at_++];
  if (const size_t found = kLetters.find(letter); found != std::string_view::npos) {
    if (out != nullptr) out->push_back(kMeanings[found]);
    return true;
  }
  unsigned unit = 0;
  if (letter != 'u' || !read_hex4(unit)) {
    fail("an escape that JSON does not have");
    return false;
  }
  if (unit >= 0xd800 && unit < 0xdc00) {
    unsigned low = 0;
    const bool pair = text_.substr(at_, 2) == "\\u" && (at_ += 2, read_hex4(low)) &&
                      low >= 0xdc00 && low < 0xe000;
    if (!pair) {
      fail("half of a surrogate pair");
      return false;
    }
    unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
  } else if (unit >= 0xdc00 && unit < 0xe000) {
    fail("half of a surrogate pair");
    return false;
  }
  if (out != nullptr) append_utf8(*out, unit);
  return true;
}

std::string_view JsonReader::read_number() {
  if (peek() != Kind::kNumber) {
    fail("expected a number");
    return {};
  }
  const size_t start = at_;
  const auto digits = [&] {
    const size_t from = at_;
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    return at_ > from;
  };
  if (text_[at_] == '-') ++at_;
  const size_t first_digit = at_;
  bool well_formed = digits() && (text_[first_digit] != '0' || at_ == first_digit + 1);
  if (well_formed && at_ < text_.size() && text_[at_] == '.') {
    ++at_;
    well_formed = digits();
  }
  if (well_formed && at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
    ++at_;
    if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
    well_formed = digits();
  }
  if (!well_formed) {
    fail("a number is malformed");
    return {};
  }
  return text_.substr(start, at_ - start);
}

void JsonReader::literal(std::string_view word) {
  if (failed()) return;
  skip_space();
  if (text_.substr(at_, word.size()) != word) return fail("expected " + std::string(word));
  at_ += word.size();
}

bool JsonReader::read_bool() {
  const bool value = peek() == Kind::kTrue;
  if (!value && !failed() && peek() != Kind::kFalse) fail("expected true or false");
  literal(value ? "true" : "false");
  return value && !failed();
}

void JsonReader::read_null() {
  if (peek() != Kind::kNull) return fail("expected null");
  literal("null");
}

void JsonReader::scan_value() {
  switch (peek()) {
    case Kind::kNull:
      return literal("null");
    case Kind::kFalse:
      return literal("false");
    case Kind::kTrue:
      return literal("true");
    case Kind::kNumber:
      read_number();
      return;
    case Kind::kString:
      return scan_string(nullptr);
    case Kind::kArray:
      begin_array();
      while (next_element()) scan_value();
      return;
    case Kind::kObject: {
      begin_object();
      std::string key;
      while (next_member(key)) scan_value();
      return;
    }
  }
}

std::string_view JsonReader::read_raw() {
  peek();
  const size_t start = at_;
  if (!failed()) scan_value();
  return failed() ? std::string_view() : text_.substr(start, at_ - start);
}

void JsonReader::finish() {
  if (failed()) return;
  skip_space();
  if (at_ < text_.size()) fail("something follows the value,");
}

bool is_json(std::string_view text) {
  JsonReader reader(text);
  reader.read_raw();
  reader.finish();
  return !reader.failed();
}

}  // namespace prodev::text
