// PostgreSQL's array literals (PostgreSQL, Array Value Input): {a,"b c",NULL}.
#pragma once

#include <string>
#include <string_view>

#include "query/api_error.h"

namespace prodev::query {

// Reads the elements of a literal of one dimension, one after the other:
//
//   ArrayLiteral array(R"({a, "b,c", NULL, d\,e})");   // a  b,c  (null)  d,e
//   while (array.next()) use(array.is_null(), array.text());
//   if (array.failed()) return refuse(array.error(hint));
//
// A backslash takes the next byte as it is, in quotes and out of them; blanks around an element are
// no part of it unless they are in quotes or so taken; NULL is null in any case of its letters,
// unless any of it is in quotes or so taken. The literal must outlive it.
class ArrayLiteral {
 public:
  explicit ArrayLiteral(std::string_view literal);

  // Whether there is another element, which it steps to. False at the end, and where it fails.
  bool next();

  // REQUIRES: next() was true.
  bool is_null() const { return is_null_; }
  const std::string& text() const { return text_; }

  bool failed() const { return !fault_.empty(); }
  // 22P02, with `hint`. REQUIRES: failed().
  ApiError error(std::string hint) const;

 private:
  void skip_blanks();
  bool take(char mark);
  bool read_quoted();
  bool read_bare();
  bool fail(std::string fault);
  bool fail_at_next();
  bool end();

  std::string_view literal_;
  std::string_view ahead_;
  std::string text_;
  std::string fault_;
  bool is_null_ = false;
  bool begun_ = false;
  bool over_ = false;
};

// The forms that a place takes arrays in, as a hint says it.
inline constexpr const char* kArrayHint = "Write {a,\"b c\"}.";
inline constexpr const char* kArrayOrJsonHint = "Write {a,\"b c\"}, or JSON such as [\"a\",1].";

// `literal` as a JSON array of strings and nulls, where JSON would be taken, too. 22P02 for
// anything else.
Outcome<std::string> json_of_array_literal(std::string_view literal);

}  // namespace prodev::query
