// Scanner: steps through a piece of PostgREST's grammar.
#pragma once

#include <string>
#include <string_view>

#include "query/api_error.h"

namespace prodev::rest {

class Scanner {
 public:
  // `what`: "filter", "select" and the like, for errors.
  Scanner(std::string_view what, std::string_view text) : what_(what), text_(text) {}

  bool at_end() const { return at_ >= text_.size(); }
  std::string_view rest() const { return text_.substr(at_); }
  // Takes `word` when it is next.
  bool take(std::string_view word);
  // Everything before the first of `stops`, or to the end.
  std::string_view take_until(std::string_view stops);
  std::string_view take_rest() { return take_until({}); }
  void skip_blanks();
  // Takes a mark such as "," and the blanks on both sides of it.
  bool take_mark(std::string_view mark);

  // A name or value: "in quotes", with \" and \\ for themselves, or everything before one of
  // `stops`. A quote must end before one of `stops` or the text does. Blanks around either are
  // passed over, those inside are part of it.
  query::Outcome<std::string> take_word(std::string_view stops);

  // As take_word(), and what is not in quotes also ends before "->".
  query::Outcome<std::string> take_name(std::string_view stops);

  // A value that begins with '{', up to the '}' that closes it, braces and quotes included.
  query::Outcome<std::string> take_braces();

  // PGRST100: "failed to parse <what> (<text>)", with the place and `expected`.
  tl::unexpected<query::ApiError> fail(const std::string& expected) const;

 private:
  query::Outcome<std::string> take_quoted();

  std::string_view what_;
  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace prodev::rest
