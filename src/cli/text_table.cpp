#include "cli/text_table.h"

#include <algorithm>
#include <ostream>

#include "text/utf8.h"

namespace prodev::cli {
namespace {

constexpr size_t kKeptRows = 500;
constexpr size_t kKeptBytes = 1'048'576;
constexpr size_t kWidest = 80;  // characters
constexpr std::string_view kCut = "...";

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// In characters, of well-formed text.
size_t width_of(std::string_view text) {
  return text.size() -
         static_cast<size_t>(std::count_if(text.begin(), text.end(), is_continuation));
}

void append_escaped(std::string& out, char c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  if (c == '\n') {
    out += "\\n";
  } else if (c == '\t') {
    out += "\\t";
  } else {
    const auto byte = static_cast<unsigned char>(c);
    out.append("\\x").append(1, kDigits[byte >> 4]).append(1, kDigits[byte & 15]);
  }
}

// Of ASCII, or of the second block, U+0080 to U+009F.
bool is_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return first < 0x20 || first == 0x7f;
  return first == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t length = text::utf8_character_length(text);
    const std::string_view character = text.substr(0, std::max<size_t>(length, 1));
    if (length > 0 && !is_control(character)) {
      out += character;
    } else {
      for (const char c : character) append_escaped(out, c);
    }
    text.remove_prefix(character.size());
  }
  return out;
}

TextTable::TextTable(const std::vector<std::string>& names, std::ostream& out) : out_(out) {
  for (const std::string& name : names) names_.push_back({printable(name), false});
}

void TextTable::add(std::vector<Cell> row) {
  if (names_.size() > 1) std::for_each(row.begin(), row.end(), [&](Cell& cell) { cut(cell); });
  if (laid_out_) return print(row);
  for (const Cell& cell : row) kept_bytes_ += cell.text.size();
  kept_.push_back(std::move(row));
  if (kept_.size() == kKeptRows || kept_bytes_ >= kKeptBytes) lay_out();
}

void TextTable::finish() {
  if (!laid_out_) lay_out();
}

void TextTable::cut(Cell& cell) {
  if (width_of(cell.text) <= kWidest) return;
  size_t end = 0;
  for (size_t characters = 0; characters <= kWidest - kCut.size(); ++end)
    characters += is_continuation(cell.text[end]) ? 0 : 1;
  cell.text.replace(end - 1, std::string::npos, kCut);
  has_cut_ = true;
}

void TextTable::lay_out() {
  laid_out_ = true;
  for (const Cell& name : names_) widths_.push_back(width_of(name.text));
  for (const auto& row : kept_) {
    for (size_t i = 0; i < row.size(); ++i)
      widths_[i] = std::max(widths_[i], width_of(row[i].text));
  }
  print(names_);
  for (size_t i = 0; i < widths_.size(); ++i)
    out_ << (i == 0 ? "" : "+") << std::string(widths_[i] + 2, '-');
  out_ << '\n';
  for (const auto& row : kept_) print(row);
  kept_.clear();
}

void TextTable::print(const std::vector<Cell>& row) const {
  for (size_t i = 0; i < row.size(); ++i) {
    const size_t width = width_of(row[i].text);
    const std::string space(widths_[i] > width ? widths_[i] - width : 0, ' ');
    const bool is_last = i + 1 == row.size();
    out_ << (i == 0 ? " " : " | ") << (row[i].to_the_right ? space : "") << row[i].text;
    if (!row[i].to_the_right && !is_last) out_ << space;
  }
  out_ << '\n';
}

}  // namespace prodev::cli
