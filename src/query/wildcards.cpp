#include "query/wildcards.h"

#include <algorithm>
#include <cstring>

namespace prodev::query {

namespace {

constexpr uint64_t kStepsBetweenQuestions = 65'536;  // some tens of microseconds

// As SQLite reads UTF-8, valid or not.
char32_t read_character(const char*& at, const char* end) {
  const auto byte = [](char c) { return static_cast<unsigned char>(c); };
  const uint32_t lead = byte(*at++);
  if (lead < 0xc0) return lead;
  uint32_t c = 0;
  if (lead < 0xfe) {
    c = lead & (lead < 0xe0   ? 0x1fU
                : lead < 0xf0 ? 0x0fU
                : lead < 0xf8 ? 0x07U
                : lead < 0xfc ? 3U
                              : 1U);
  }
  while (at != end && (byte(*at) & 0xc0) == 0x80) c = (c << 6) | (byte(*at++) & 0x3fU);
  const bool invalid = c < 0x80 || (c & 0xfffff800U) == 0xd800 || (c & 0xfffffffeU) == 0xfffe;
  return invalid ? 0xfffd : c;
}

char32_t read_character(std::string_view& text) {
  const char* at = text.data();
  const char32_t c = read_character(at, text.data() + text.size());
  text.remove_prefix(static_cast<size_t>(at - text.data()));
  return c;
}

// SQLite's texts end at a NUL.
std::string_view until_nul(std::string_view text) {
  return text.substr(0, std::min(text.find('\0'), text.size()));
}

constexpr char32_t lower(char32_t c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; }

}  // namespace

void WildcardPattern::add(Element::Kind kind, char32_t character) {
  const bool again = kind == Element::Kind::kAnyNumber && !elements_.empty() &&
                     elements_.back().kind == Element::Kind::kAnyNumber;
  if (!again) elements_.push_back({kind, false, character, 0, 0});
}

WildcardPattern WildcardPattern::like(std::string_view pattern, char32_t escape) {
  WildcardPattern made;
  made.any_case_ = true;
  made.escape_ = escape;
  pattern = until_nul(pattern);
  while (!pattern.empty()) {
    const char32_t c = read_character(pattern);
    if (escape != 0 && c == escape) {
      made.never_ = made.never_ || pattern.empty();
      if (!pattern.empty()) made.add(Element::Kind::kCharacter, lower(read_character(pattern)));
    } else if (c == '%') {
      made.add(Element::Kind::kAnyNumber);
    } else if (c == '_') {
      made.add(Element::Kind::kAnyOne);
    } else {
      made.add(Element::Kind::kCharacter, lower(c));
    }
  }
  return made;
}

char32_t WildcardPattern::character(std::string_view text) { return read_character(text); }

WildcardPattern WildcardPattern::glob(std::string_view pattern) {
  WildcardPattern made;
  pattern = until_nul(pattern);
  while (!pattern.empty()) {
    const char32_t c = read_character(pattern);
    if (c == '*') {
      made.add(Element::Kind::kAnyNumber);
    } else if (c == '?') {
      made.add(Element::Kind::kAnyOne);
    } else if (c == '[') {
      made.never_ = !made.add_set(pattern) || made.never_;
    } else {
      made.add(Element::Kind::kCharacter, c);
    }
  }
  return made;
}

bool WildcardPattern::add_set(std::string_view& pattern) {
  Element set;
  set.kind = Element::Kind::kSet;
  set.first_range = static_cast<uint32_t>(ranges_.size());
  if (pattern.starts_with('^')) {
    set.inverted = true;
    pattern.remove_prefix(1);
  }
  if (pattern.starts_with(']')) {  // itself, when it comes first
    ranges_.push_back({']', ']'});
    pattern.remove_prefix(1);
  }
  char32_t before = 0;  // what a "-" may begin a range from
  while (!pattern.empty() && pattern.front() != ']') {
    char32_t c = read_character(pattern);
    if (c == '-' && before != 0 && !pattern.empty() && pattern.front() != ']') {
      c = read_character(pattern);
      ranges_.push_back({before, c});
      before = 0;
    } else {
      ranges_.push_back({c, c});
      before = c;
    }
  }
  if (pattern.empty()) return false;
  pattern.remove_prefix(1);
  set.end_range = static_cast<uint32_t>(ranges_.size());
  elements_.push_back(set);
  return true;
}

bool WildcardPattern::has(const Element& element, char32_t c) const {
  switch (element.kind) {
    case Element::Kind::kCharacter:
      return c == element.character || (any_case_ && lower(c) == element.character);
    case Element::Kind::kAnyOne:
      return true;
    case Element::Kind::kAnyNumber:
      return false;
    case Element::Kind::kSet:
      break;
  }
  const bool found =
      std::any_of(ranges_.begin() + element.first_range, ranges_.begin() + element.end_range,
                  [c](Range range) { return c >= range.first && c <= range.last; });
  return found != element.inverted;
}

const char* WildcardPattern::candidate(const Element& element, const char* from,
                                       const char* end) const {
  const bool one_byte = element.kind == Element::Kind::kCharacter && element.character < 0x80;
  if (!one_byte || from == end) return from;
  const char c = static_cast<char>(element.character);
  if (!any_case_ || c < 'a' || c > 'z') {
    const void* found = std::memchr(from, c, static_cast<size_t>(end - from));
    return found == nullptr ? end : static_cast<const char*>(found);
  }
  return std::find_if(from, end, [c](char there) { return (there | 0x20) == c; });
}

// Of several "any number" only the last is ever tried again: what stands before it has found its
// earliest place, and no later one would leave more room.
std::optional<bool> WildcardPattern::matches(std::string_view text, const GiveUp& give_up) const {
  text = until_nul(text);
  if (never_) return false;
  const char* at = text.data();
  const char* const end = at + text.size();
  size_t next = 0;              // of the elements
  size_t behind_star = 0;       // the element after the last "any number"; 0: there was none
  const char* retry = nullptr;  // where the text goes on behind it
  for (uint64_t steps = 1;; ++steps) {
    if (steps % kStepsBetweenQuestions == 0 && give_up()) return std::nullopt;
    if (next == elements_.size()) {
      if (at == end) return true;
    } else if (elements_[next].kind == Element::Kind::kAnyNumber) {
      behind_star = ++next;
      if (next == elements_.size()) return true;
      retry = at = candidate(elements_[next], at, end);
      continue;
    } else if (at == end) {
      return false;  // what is still to come needs more text, whatever was taken before
    } else {
      const char* after = at;
      if (has(elements_[next], read_character(after, end))) {
        at = after;
        ++next;
        continue;
      }
    }
    if (behind_star == 0 || retry == end) return false;
    (void)read_character(retry, end);
    retry = at = candidate(elements_[behind_star], retry, end);
    next = behind_star;
  }
}

}  // namespace prodev::query
