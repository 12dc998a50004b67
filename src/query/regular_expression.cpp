#include "query/regular_expression.h"

#include <re2/re2.h>

namespace prodev::query {

namespace {

// Of the compiled pattern and of what it remembers of a text.
constexpr int64_t kMemory_bytes = 1 << 20;

re2::RE2::Options options(bool any_case) {
  re2::RE2::Options options;
  options.set_max_mem(kMemory_bytes);
  options.set_log_errors(false);
  options.set_case_sensitive(!any_case);
  options.set_dot_nl(true);
  options.set_never_capture(true);
  return options;
}

}  // namespace

RegularExpression::RegularExpression(std::unique_ptr<re2::RE2> compiled)
    : compiled_(std::move(compiled)) {}
RegularExpression::~RegularExpression() = default;
RegularExpression::RegularExpression(RegularExpression&&) noexcept = default;
RegularExpression& RegularExpression::operator=(RegularExpression&&) noexcept = default;

tl::expected<RegularExpression, std::string> RegularExpression::compile(std::string_view pattern,
                                                                        bool any_case) {
  if (pattern.size() > kMaxBytes) {
    return tl::make_unexpected("it is longer than " + std::to_string(kMaxBytes) + " bytes");
  }
  auto compiled = std::make_unique<re2::RE2>(re2::StringPiece(pattern.data(), pattern.size()),
                                             options(any_case));
  const bool too_large =
      compiled->error_code() == re2::RE2::ErrorPatternTooLarge ||
      (compiled->ok() && static_cast<size_t>(compiled->ProgramSize()) > kMaxInstructions);
  if (too_large) return tl::make_unexpected("its repetitions make it too large");
  if (!compiled->ok()) return tl::make_unexpected(compiled->error());
  return RegularExpression(std::move(compiled));
}

size_t RegularExpression::instructions() const {
  return static_cast<size_t>(compiled_->ProgramSize());
}

bool RegularExpression::matches(std::string_view text) const {
  return compiled_->Match(re2::StringPiece(text.data(), text.size()), 0, text.size(),
                          re2::RE2::UNANCHORED, nullptr, 0);
}

}  // namespace prodev::query
