#include "transfer/separator.h"

#include <algorithm>
#include <utility>

#include "text/ascii.h"

namespace prodev::transfer {

namespace {

constexpr char kGuesses[] = {',', ';', '\t', '|'};  // of two that are as likely, the first

std::string_view without_quotes(std::string_view field) {
  field = text::trim(field);
  const bool quoted = field.size() >= 2 && field.front() == '"' && field.back() == '"';
  return quoted ? field.substr(1, field.size() - 2) : field;
}

// Separators within quotes part nothing.
std::vector<std::string_view> split(std::string_view line, char separator) {
  std::vector<std::string_view> fields;
  size_t begin = 0;
  bool quoted = false;
  for (size_t i = 0; i <= line.size(); ++i) {
    if (i < line.size() && line[i] == '"') quoted = !quoted;
    if (i < line.size() && (quoted || line[i] != separator)) continue;
    fields.push_back(without_quotes(line.substr(begin, i - begin)));
    begin = i + 1;
  }
  return fields;
}

}  // namespace

base::Result<char> separator_called(std::string_view name) {
  if (name == "tab" || name == "\\t") return '\t';
  const bool usable = name.size() == 1 && name != "\"" && name != "\n" && name != "\r";
  if (usable) return name.front();
  return base::fail(base::Code::kUsage,
                    "--delimiter takes the one character between fields, such as ';', or tab");
}

std::string name_of_separator(char separator) {
  switch (separator) {
    case ',':
      return "commas";
    case ';':
      return "semicolons";
    case '\t':
      return "tabs";
    default:
      return std::string(1, separator);
  }
}

char guess_separator(std::string_view first_line, const std::vector<std::string>& names) {
  using Score = std::pair<size_t, size_t>;  // names that are known, and fields
  const auto score = [&](char separator) -> Score {
    const std::vector<std::string_view> fields = split(first_line, separator);
    const auto known = std::count_if(fields.begin(), fields.end(), [&](std::string_view field) {
      return std::find(names.begin(), names.end(), field) != names.end();
    });
    return {static_cast<size_t>(known), fields.size()};
  };
  char best = kGuesses[0];
  for (const char guess : kGuesses) {
    if (score(guess) > score(best)) best = guess;
  }
  return best;
}

}  // namespace prodev::transfer
