#include "text/json_splitter.h"

#include <algorithm>

namespace prodev::text {

namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Where a scan stands within a value.
struct Nesting {
  size_t depth = 0;
  bool quoted = false;
  bool escaped = false;

  // Whether `c` ends the value. Which brackets match, and all else, is JsonReader's to check.
  bool ends_at(char c) const { return depth == 0 && !quoted && (c == ',' || c == ']' || c == '}'); }

  void step(char c) {
    if (escaped) {
      escaped = false;
    } else if (quoted) {
      escaped = c == '\\';
      quoted = c != '"';
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
};

}  // namespace

// True: something else than white space is next.
base::Result<bool> JsonSplitter::skip_space() {
  for (;;) {
    TRY_ASSIGN(const bool more, source_.has_more());
    if (!more) return false;
    const std::string_view rest = source_.rest();
    const auto end = std::find_if_not(rest.begin(), rest.end(), is_space);
    source_.take(static_cast<size_t>(end - rest.begin()));
    if (end != rest.end()) return true;
  }
}

base::Result<bool> JsonSplitter::next(std::string& value) {
  value.clear();
  if (form_ == Form::kLines) return next_line(value);
  if (!opened_) TRY(open_array());
  opened_ = true;
  return next_element(value);
}

base::Result<void> JsonSplitter::open_array() {
  TRY_ASSIGN(const bool more, skip_space());
  if (!more || source_.front() != '[') {
    return tl::make_unexpected(source_.error(
        "expected '[' and an array of objects (objects on lines of their own are ndjson)"));
  }
  source_.take(1);
  TRY_ASSIGN(const bool content, skip_space());
  closed_ = content && source_.front() == ']';
  if (closed_) source_.take(1);
  return {};
}

base::Result<bool> JsonSplitter::next_line(std::string& value) {
  TRY_ASSIGN(bool more, skip_space());
  if (!more) return false;
  value_line_ = source_.line();
  do {
    const std::string_view rest = source_.rest();
    const size_t end = rest.find('\n');
    TRY(append(value, std::min(end, rest.size())));
    if (end != std::string_view::npos) return true;
    TRY_ASSIGN(more, source_.has_more());
  } while (more);
  return true;
}

base::Result<bool> JsonSplitter::next_element(std::string& value) {
  TRY_ASSIGN(const bool more, skip_space());
  if (closed_) {
    if (more) return tl::make_unexpected(source_.error("something follows the array"));
    return false;
  }
  value_line_ = source_.line();
  TRY(take_element(value));
  if (value.empty()) return tl::make_unexpected(source_.error("expected a value"));
  const char end = source_.front();
  if (end == '}') return tl::make_unexpected(source_.error("a bracket that was not opened"));
  closed_ = end == ']';
  source_.take(1);
  return true;
}

// Up to the comma or bracket outside of quotes and brackets.
base::Result<void> JsonSplitter::take_element(std::string& value) {
  Nesting nesting;
  for (;;) {
    TRY_ASSIGN(const bool more, source_.has_more());
    if (!more) return tl::make_unexpected(source_.error("the text ends within the array"));
    const std::string_view rest = source_.rest();
    size_t length = 0;
    while (length < rest.size() && !nesting.ends_at(rest[length])) nesting.step(rest[length++]);
    TRY(append(value, length));
    if (length < rest.size()) return {};
  }
}

base::Result<void> JsonSplitter::append(std::string& value, size_t count) {
  if (count > max_value_bytes_ - value.size()) {
    source_.take(max_value_bytes_ - value.size());  // the place of the first too many
    return tl::make_unexpected(
        source_.error("a value is larger than " + std::to_string(max_value_bytes_) + " bytes"));
  }
  value.append(source_.rest().substr(0, count));
  source_.take(count);
  return {};
}

}  // namespace prodev::text
