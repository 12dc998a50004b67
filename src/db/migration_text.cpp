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

// nullopt: an ordinary line.
std::optional<Mark> mark_of(std::string_view line) {
  if (!line.starts_with("--")) return std::nullopt;
  std::string_view said = text::trim(line.substr(2));
  if (!said.empty() && said.back() == '\r') said = text::trim(said.substr(0, said.size() - 1));
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
    const std::optional<Mark> mark = mark_of(line);
    if (mark == Mark::kNoTransaction) {
      return fail_mark(path, line_number,
                       "a schema file runs in a transaction: it cannot be run without one");
    }
    if (mark == Mark::kEnvironment) {
      return fail_mark(
          path, line_number,
          "variables of the environment are not put into a schema file: write them out");
    }
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
