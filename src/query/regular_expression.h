// RegularExpression: a pattern of match and imatch. RE2's syntax, whose work grows with pattern
// times text and no faster, whatever they are (github.com/google/re2/wiki/Syntax).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace re2 {
class RE2;
}

namespace prodev::query {

class RegularExpression {
 public:
  static constexpr size_t kMaxBytes = 500;
  // Of the machine that a pattern becomes: "a.{100}c" has 700, a word one for each letter.
  static constexpr size_t kMaxInstructions = 4'096;
  // Of one match; see steps().
  static constexpr uint64_t kMaxSteps = uint64_t{1} << 25;

  // A point matches any character, ^ and $ are the ends of the text. The error is what is wrong.
  static tl::expected<RegularExpression, std::string> compile(std::string_view pattern,
                                                              bool any_case);
  ~RegularExpression();
  RegularExpression(RegularExpression&&) noexcept;
  RegularExpression& operator=(RegularExpression&&) noexcept;

  size_t instructions() const;
  // The most that looking at a text of this length takes: each instruction at each byte. Mostly it
  // is a step for each byte, or less; a step is some nanoseconds. A match cannot be ended once it
  // is begun, so texts of more than kMaxSteps are not to be begun with.
  uint64_t steps(size_t text_bytes) const { return uint64_t{instructions()} * text_bytes; }
  bool matches(std::string_view text) const;

 private:
  explicit RegularExpression(std::unique_ptr<re2::RE2> compiled);
  std::unique_ptr<re2::RE2> compiled_;
};

}  // namespace prodev::query
