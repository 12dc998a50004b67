#include "db/migration_text.h"

#include <algorithm>
#include <optional>

#include "text/ascii.h"
#include "text/utf8.h"

namespace prodev::db {

namespace {

// What a comment line of another tool says.
enum class Mark { kUp, kDown, kNoTransaction, kEnvironment };

bool contains_ignoring_case(std::string_view text, std::string_view part) {
  return std::search(text.begin(), text.end(), part.begin(), part.end(), [](char a, char b) {
           return text::to_lower(a) == text::to_lower(b);
         }) != text.end();
}

bool take_word(std::string_view& line, std::string_view word) {
  if (line.size() < word.size() || !text::equal_ignoring_case(line.substr(0, word.size()), word))
    return false;
  line = text::trim(line.substr(word.size()));
  return true;
}

// What the comment says that is all of `line`; nullopt: the line is something else.
std::optional<std::string_view> comment_of(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  line = text::trim(line);
  if (!line.starts_with("--")) return std::nullopt;
  return text::trim(line.substr(2));
}

// nullopt: an ordinary comment.
std::optional<Mark> mark_of(std::string_view said) {
  const bool dbmate = take_word(said, "migrate:");
  if (!dbmate && !take_word(said, "+goose ") && !take_word(said, "+migrate ")) return std::nullopt;
  const bool bare = contains_ignoring_case(said, "transaction:false") ||
                    contains_ignoring_case(said, "notransaction") ||
                    contains_ignoring_case(said, "no transaction");
  if (bare) return Mark::kNoTransaction;
  if (take_word(said, "envsub on")) return Mark::kEnvironment;
  if (take_word(said, "up")) return Mark::kUp;
  if (take_word(said, "down")) return Mark::kDown;
  return std::nullopt;  // StatementBegin and the like: statements are told apart anyway
}

// Comments with which tools whose files are not read here begin the way back.
struct ForeignMark {
  std::string_view words;  // of the comment, without what is no letter
  std::string_view tools;
};

constexpr ForeignMark kForeignMarks[] = {
    {"down", "the sqlite package of npm or shmig"},
    {"down migration", "node-pg-migrate"},
    {"downs", "Play"},
    {"down sql", "Atlas"},
    {"create above drop below", "tern"},
    {"rambler down", "rambler"},
    {"micrate down", "micrate"},
    {"undo", "MyBatis or dbdeploy"},
};

constexpr size_t kLongestForeignMark = 200;  // tern's and npm's have rows of hyphens around

// "create above drop below" of "---- create above / drop below ----".
std::string words_of(std::string_view comment) {
  std::string words;
  bool separated = false;
  for (const char c : comment) {
    const char letter = text::to_lower(c);
    const bool is_letter = (letter >= 'a' && letter <= 'z') || (c & 0x80) != 0;
    if (is_letter && separated && !words.empty()) words += ' ';
    if (is_letter) words += letter;
    separated = !is_letter;
  }
  return words;
}

// The tools whose mark `comment` is; empty: of none.
std::string_view foreign_mark_of(std::string_view comment) {
  if (comment.size() > kLongestForeignMark) return {};
  const std::string words = words_of(comment);
  for (const ForeignMark& mark : kForeignMarks)
    if (mark.words == words) return mark.tools;
  return {};
}

base::Result<void> check_text(std::string_view bytes, const std::string& path) {
  if (bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff"))
    return base::fail(base::Code::kBadInput, path + ": is in UTF-16: save it as UTF-8");
  if (bytes.find('\0') != std::string_view::npos)
    return base::fail(base::Code::kBadInput, path + ": is not a text file: it holds a NUL byte");
  const std::string_view good = bytes.substr(0, text::utf8_prefix_length(bytes));
  if (good.size() == bytes.size()) return {};
  const size_t line = 1 + static_cast<size_t>(std::count(good.begin(), good.end(), '\n'));
  const size_t line_start = good.rfind('\n') + 1;  // 0 on the first
  return base::fail(base::Code::kBadInput, path + ":" + std::to_string(line) + ":" +
                                               std::to_string(good.size() - line_start + 1) +
                                               ": is not UTF-8 (Latin-1?): save the file as UTF-8");
}

tl::unexpected<base::Error> fail_mark(const std::string& path, size_t line, std::string_view what) {
  return base::fail(base::Code::kBadInput,
                    path + ":" + std::to_string(line) + ": " + std::string(what));
}

// What stands in a line that cannot be run as it is meant.
base::Result<void> check_comment(std::string_view comment, std::optional<Mark> mark,
                                 const std::string& path, size_t line) {
  if (mark == Mark::kNoTransaction) {
    return fail_mark(path, line,
                     "a schema file runs in a transaction: it cannot be run without one");
  }
  if (mark == Mark::kEnvironment) {
    return fail_mark(path, line,
                     "variables of the environment are not put into a schema file: write them out");
  }
  const std::string_view tools = mark ? std::string_view() : foreign_mark_of(comment);
  if (tools.empty()) return {};
  return fail_mark(path, line,
                   "here the way back of " + std::string(tools) +
                       " begins, and all of a file runs forward: take it out of the file, or write "
                       "-- migrate:up above the way forward and -- migrate:down in place of this "
                       "line (if it means something else, say more in it)");
}

}  // namespace

base::Result<std::string> migration_sql(std::string_view bytes, const std::string& path) {
  TRY(check_text(bytes, path));
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  std::string sql;
  sql.reserve(bytes.size());
  bool way_back = false;
  bool has_up = false;
  bool has_down = false;
  size_t line_number = 0;
  while (!bytes.empty()) {
    ++line_number;
    const size_t newline = bytes.find('\n');
    const size_t end = newline == std::string_view::npos ? bytes.size() : newline;
    const std::string_view line = bytes.substr(0, end);
    const std::optional<std::string_view> comment = comment_of(line);
    const std::optional<Mark> mark = comment ? mark_of(*comment) : std::nullopt;
    if (comment) TRY(check_comment(*comment, mark, path, line_number));
    if (mark) {
      way_back = *mark == Mark::kDown;
      (way_back ? has_down : has_up) = true;
    }
    if (!way_back) sql.append(line);
    if (newline != std::string_view::npos) sql.push_back('\n');
    bytes.remove_prefix(newline == std::string_view::npos ? end : end + 1);
  }
  if (has_down && !has_up) {
    return base::fail(base::Code::kBadInput,
                      path + ": has a way back (\"down\") and no \"up\": nothing of it would run");
  }
  return sql;
}

}  // namespace prodev::db
