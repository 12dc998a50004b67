// WildcardPattern: the patterns of LIKE and GLOB, with the meaning that SQLite gives them
// (sqlite.org/lang_expr), in work that can be ended: SQLite's own look at no clock, and take
// seconds for a long text and a pattern such as %a____...%b%.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace prodev::query {

// Asked now and then by what may take long: true ends it.
using GiveUp = std::function<bool()>;

class WildcardPattern {
 public:
  // % and _; letters of ASCII in any case. `escape`: what makes the next character itself; 0: none.
  static WildcardPattern like(std::string_view pattern, char32_t escape);
  // * and ? and [a-z], [^a-z].
  static WildcardPattern glob(std::string_view pattern);

  // The one character of `text`, as patterns are read.
  static char32_t character(std::string_view text);

  char32_t escape() const { return escape_; }
  // Takes as many steps as text and pattern have characters, multiplied, at most. nullopt: given
  // up.
  std::optional<bool> matches(std::string_view text, const GiveUp& give_up) const;

 private:
  struct Range {
    char32_t first;
    char32_t last;
  };
  struct Element {
    enum class Kind : uint8_t { kCharacter, kAnyOne, kAnyNumber, kSet };
    Kind kind = Kind::kCharacter;
    bool inverted = false;  // of a set
    char32_t character = 0;
    uint32_t first_range = 0;  // of a set: its ranges are [first_range, end_range)
    uint32_t end_range = 0;
  };

  void add(Element::Kind kind, char32_t character = 0);
  // What follows "["; false: it does not end.
  bool add_set(std::string_view& pattern);
  bool has(const Element& element, char32_t c) const;
  // The first place from `from` on where the text can go on with `element`.
  const char* candidate(const Element& element, const char* from, const char* end) const;

  std::vector<Element> elements_;
  std::vector<Range> ranges_;
  char32_t escape_ = 0;
  bool any_case_ = false;
  bool never_ = false;  // matches nothing
};

}  // namespace prodev::query
