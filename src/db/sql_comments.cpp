#include "db/sql_comments.h"

#include <vector>

#include "text/ascii.h"

namespace prodev::db {

namespace {

std::string_view trim_line(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return text::trim(line);
}

// What a line of a comment says, from its dashes on; empty for a ruler.
std::string_view said_by(std::string_view comment) {
  const size_t first = comment.find_first_not_of('-');
  if (first == std::string_view::npos) return {};
  const std::string_view said = trim_line(comment.substr(first));
  return said.find_first_not_of("-=*# ") == std::string_view::npos ? std::string_view() : said;
}

std::string joined(const std::vector<std::string_view>& upwards) {
  std::string text;
  for (auto line = upwards.rbegin(); line != upwards.rend(); ++line) {
    if (line->empty() && text.empty()) continue;
    if (line != upwards.rbegin() && !text.empty()) text += '\n';
    text += *line;
  }
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace

std::string comment_above(std::string_view gap, bool starts_line) {
  std::vector<std::string_view> upwards;
  size_t end = gap.rfind('\n');  // what follows is the indentation of the token
  if (end == std::string_view::npos || !text::trim(gap.substr(end + 1)).empty()) return {};
  for (;;) {
    const size_t newline = end == 0 ? std::string_view::npos : gap.rfind('\n', end - 1);
    const size_t start = newline == std::string_view::npos ? 0 : newline + 1;
    const std::string_view line = trim_line(gap.substr(start, end - start));
    const bool whole = start > 0 || starts_line;
    if (!whole || !line.starts_with("--")) break;
    upwards.push_back(said_by(line));
    if (start == 0) break;
    end = newline;
  }
  return joined(upwards);
}

std::string comment_behind(std::string_view gap) {
  const std::string_view line = trim_line(gap.substr(0, gap.find('\n')));
  return line.starts_with("--") ? std::string(said_by(line)) : std::string();
}

}  // namespace prodev::db
