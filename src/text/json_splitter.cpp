#include "text/json_splitter.h"

namespace prodev::text {

base::Error JsonSplitter::error(const std::string& what) const {
  return {base::Code::kBadInput, "line " + std::to_string(line_) + ": " + what};
}

base::Result<bool> JsonSplitter::has_more() {
  while (at_ >= buffer_.size() && !ended_) {
    buffer_.clear();
    at_ = 0;
    TRY_ASSIGN(const bool more, refill_(buffer_));
    ended_ = !more;
  }
  return at_ < buffer_.size();
}

// True: something else than white space is next.
base::Result<bool> JsonSplitter::skip_space() {
  for (;;) {
    TRY_ASSIGN(const bool more, has_more());
    if (!more) return false;
    const char c = buffer_[at_];
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') return true;
    line_ += c == '\n' ? 1 : 0;
    ++at_;
  }
}

base::Result<bool> JsonSplitter::next(std::string& value) {
  value.clear();
  if (!begun_) {
    begun_ = true;
    TRY(has_more());
    if (buffer_.compare(at_, 3, "\xef\xbb\xbf") == 0) at_ += 3;  // a byte order mark
    if (form_ == Form::kArray) {
      TRY_ASSIGN(const bool more, skip_space());
      if (!more || buffer_[at_] != '[')
        return tl::make_unexpected(error("expected '[' and an array of objects"));
      ++at_;
      TRY_ASSIGN(const bool content, skip_space());
      if (content && buffer_[at_] == ']') {
        ++at_;
        closed_ = true;
      }
    }
  }
  return form_ == Form::kArray ? next_element(value) : next_line(value);
}

base::Result<bool> JsonSplitter::next_line(std::string& value) {
  TRY_ASSIGN(bool more, skip_space());
  if (!more) return false;
  value_line_ = line_;
  for (;;) {
    const size_t end = buffer_.find('\n', at_);
    const size_t stop = end == std::string::npos ? buffer_.size() : end;
    value.append(buffer_, at_, stop - at_);
    if (value.size() > max_value_bytes_) return tl::make_unexpected(error("a value is too long"));
    at_ = stop;
    if (end != std::string::npos) return true;
    TRY_ASSIGN(more, has_more());
    if (!more) return true;
  }
}

base::Result<bool> JsonSplitter::next_element(std::string& value) {
  TRY_ASSIGN(const bool more, skip_space());
  if (closed_) {
    if (more) return tl::make_unexpected(error("something follows the array"));
    return false;
  }
  value_line_ = line_;
  TRY(take_value(value));
  if (value.empty()) return tl::make_unexpected(error("expected a value"));
  // take_value() stands at the comma or bracket that ended it.
  closed_ = buffer_[at_] == ']';
  ++at_;
  return true;
}

// Up to the comma or bracket outside of quotes and brackets. Which brackets match, and all else, is
// JsonReader's to check.
base::Result<void> JsonSplitter::take_value(std::string& value) {
  size_t depth = 0;
  bool quoted = false;
  bool escaped = false;
  for (;; ++at_) {
    TRY_ASSIGN(const bool more, has_more());
    if (!more) return tl::make_unexpected(error("the text ends within the array"));
    const char c = buffer_[at_];
    if (!quoted && depth == 0 && (c == ',' || c == ']')) return {};
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
      if (depth == 0) return tl::make_unexpected(error("a bracket that was not opened"));
      --depth;
    }
    line_ += c == '\n' ? 1 : 0;
    value.push_back(c);
    if (value.size() > max_value_bytes_) return tl::make_unexpected(error("a value is too long"));
  }
}

}  // namespace prodev::text
