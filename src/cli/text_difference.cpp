#include "cli/text_difference.h"

#include <algorithm>

namespace prodev::cli {
namespace {

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t newline = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, newline);
    text.remove_prefix(std::min(newline + 1, text.size()));
    line = line.substr(0, line.find_last_not_of(" \t\r") + 1);
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

}  // namespace

std::vector<std::string> line_difference(std::string_view before, std::string_view after,
                                         size_t most) {
  const std::vector<std::string_view> old_lines = lines_of(before);
  const std::vector<std::string_view> new_lines = lines_of(after);
  const size_t shorter = std::min(old_lines.size(), new_lines.size());
  size_t head = 0;
  while (head < shorter && old_lines[head] == new_lines[head]) ++head;
  size_t tail = 0;
  while (tail < shorter - head &&
         old_lines[old_lines.size() - 1 - tail] == new_lines[new_lines.size() - 1 - tail])
    ++tail;
  std::vector<std::string> difference;
  for (size_t i = head; i + tail < old_lines.size(); ++i)
    difference.push_back("- " + std::string(old_lines[i]));
  for (size_t i = head; i + tail < new_lines.size(); ++i)
    difference.push_back("+ " + std::string(new_lines[i]));
  if (difference.size() <= most) return difference;
  const size_t more = difference.size() - most;
  difference.resize(most);
  difference.push_back("and " + std::to_string(more) + " lines more");
  return difference;
}

}  // namespace prodev::cli
