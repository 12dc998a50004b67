// Tokens of SQL text, as SQLite reads them (sqlite.org/lang_keywords, tokenize), and the one more
// that PostgreSQL's statements in schema files need: for the few places that look into SQL instead
// of running it.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace prodev::db {

struct SqlToken {
  enum class Kind {
    kEnd,
    kWord,          // an unquoted name or keyword
    kQuotedName,    // "a", `a` or [a]
    kString,        // 'a'
    kDollarString,  // PostgreSQL's $$a$$ and $tag$a$tag$, which SQLite does not know
    kBlob,          // x'00'
    kNumber,
    kParameter,    // ?, ?1, :a, @a, $a
    kPunctuation,  // one character
    kUnfinished,   // a quote or comment without its end
  };
  Kind kind = Kind::kEnd;
  std::string_view text;  // as written
  size_t offset = 0;      // of `text` in the SQL

  // Whether this is the keyword `upper` (ASCII upper case).
  bool is_word(std::string_view upper) const;
  bool is_one_of(std::initializer_list<std::string_view> upper) const;
  bool is(char punctuation) const {
    return kind == Kind::kPunctuation && text.size() == 1 && text[0] == punctuation;
  }
  bool is_name() const { return kind == Kind::kWord || kind == Kind::kQuotedName; }
  // A name or string without its quotes or dollar signs; other tokens as written.
  std::string value() const;
};

// Steps over white space and comments.
class SqlTokens {
 public:
  explicit SqlTokens(std::string_view sql, size_t offset = 0) : sql_(sql), at_(offset) {}
  SqlToken next();

 private:
  bool skip_space();

  std::string_view sql_;
  size_t at_;
};

// `name` in double quotes, as an identifier of a statement. `name` may hold anything but NUL.
void append_name(std::string& sql, std::string_view name);
std::string quoted_name(std::string_view name);

}  // namespace prodev::db
