#include <algorithm>

#include "config/settings_table.h"

namespace prodev::config {
namespace {

constexpr size_t kWidth = 100;
constexpr size_t kHelpColumn = 38;

struct Scale {
  int64_t amount;
  std::string_view name;
};

constexpr Scale kSizes[] = {{int64_t{1} << 40, " TiB"},
                            {1 << 30, " GiB"},
                            {1 << 20, " MiB"},
                            {1 << 10, " KiB"},
                            {1, " bytes"}};
constexpr Scale kTimes_ms[] = {
    {86'400'000, " d"}, {3'600'000, " h"}, {60'000, " min"}, {1'000, " s"}, {1, " ms"}};

std::string scaled(int64_t amount, std::span<const Scale> scales) {
  for (const Scale& scale : scales) {
    if (amount % scale.amount == 0) {
      return std::to_string(amount / scale.amount) + std::string(scale.name);
    }
  }
  return std::to_string(amount);
}

std::string words_text(std::string_view words) {
  std::string out;
  while (!words.empty()) {
    const size_t end = std::min(words.find(' '), words.size());
    const bool last = end == words.size();
    if (!out.empty()) out += last ? " or " : ", ";
    out += words.substr(0, end);
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return out;
}

std::string placeholder(const Setting& setting) {
  if (setting.shape == Shape::kPath) return " PATH";
  if (setting.is_bool()) return "[=false]";
  if (std::holds_alternative<std::vector<std::string> Settings::*>(setting.member)) {
    return " A,B";
  }
  if (std::holds_alternative<int64_t Settings::*>(setting.member)) {
    if (setting.unit == Unit::kBytes) return " SIZE";
    return setting.unit == Unit::kNone ? " N" : " TIME";
  }
  return " TEXT";
}

// Appends `text` in the help column, broken between words.
void append_wrapped(std::string& out, size_t column, std::string_view text) {
  while (!text.empty()) {
    if (column > kHelpColumn) {
      out += '\n';
      column = 0;
    }
    out.append(kHelpColumn - column, ' ');
    size_t end = std::min(text.size(), kWidth - kHelpColumn);
    if (end < text.size()) {
      const size_t space = text.rfind(' ', end);
      if (space != std::string_view::npos && space > 0) end = space;
    }
    out += text.substr(0, end);
    text.remove_prefix(end);
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    column = kWidth;
  }
  out += '\n';
}

// " (default: 30 s; 1 ms to 1 d)"
std::string facts(const Setting& row) {
  const std::string shown = default_text(row);
  const std::string allowed = row.is_bool() ? "" : allowed_text(row);
  const std::string preset = shown == "none" ? "" : "default: " + shown;
  const std::string between = preset.empty() || allowed.empty() ? "" : "; ";
  const std::string all = preset + between + allowed;
  return all.empty() ? "" : " (" + all + ")";
}

void append_flag(std::string& out, const Setting& row) {
  const std::string flag = "  " + flag_of(row) + placeholder(row) + "  ";
  out += flag;
  append_wrapped(out, flag.size(), std::string(row.help) + facts(row));
}

std::string markdown_cell(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '|' ? "\\|" : std::string(1, c);
  return out;
}

constexpr std::string_view kMarkdownHead = R"(# Settings

Every setting, with its flag, environment variable, default, bounds and meaning.

A setting is a key in `prodev.toml`, a flag of `prodev serve` and `prodev demo`, and an environment variable.
The strongest wins: flag, environment, file, default. `prodev settings` prints this page.

- The file is `prodev.toml` in the project's folder, when it is there; or the one named by `--config` or
  `PRODEV_CONFIG`, which must be there. Relative paths in it are relative to its own folder.
- Sizes are bytes, or a number with `KiB`, `MiB`, `GiB` or `TiB`. Times are in the unit of the name's ending, or
  a number with `ms`, `s`, `m`, `h` or `d` (a setting in seconds takes no `ms`). In the file these are text in
  quotes.
- Lists have commas between their items in a flag or variable, and are arrays of text in the file.
- Switches: `--takeover` alone means true; `--access-log=false` turns one off.
- An unknown flag, key or `PRODEV_` variable stops the start with exit code 2. Left alone are the variables that
  Docker and Kubernetes make for a service named prodev: `PRODEV_PORT`, `PRODEV_PORT_*`, `PRODEV_SERVICE_*`,
  `PRODEV_NAME` and `PRODEV_ENV_*`.
)";

}  // namespace

std::string amount_text(int64_t amount, Unit unit) {
  const std::span<const Scale> times = kTimes_ms;
  if (amount == 0 || unit == Unit::kNone) return std::to_string(amount);
  if (unit == Unit::kBytes) return scaled(amount, kSizes);
  if (unit == Unit::kMilliseconds) return scaled(amount, times);
  return scaled(amount * 1'000, times);
}

std::string default_text(const Setting& setting) {
  const Settings defaults;
  if (const auto* text = std::get_if<std::string Settings::*>(&setting.member)) {
    return (defaults.**text).empty() ? "none" : defaults.**text;
  }
  if (const auto* flag = std::get_if<bool Settings::*>(&setting.member)) {
    return defaults.**flag ? "true" : "false";
  }
  if (const auto* number = std::get_if<int64_t Settings::*>(&setting.member)) {
    return amount_text(defaults.**number, setting.unit);
  }
  std::string out;
  for (const auto& item :
       defaults.*std::get<std::vector<std::string> Settings::*>(setting.member)) {
    out += (out.empty() ? "" : ", ") + item;
  }
  return out.empty() ? "none" : out;
}

std::string allowed_text(const Setting& setting) {
  if (setting.shape == Shape::kOneOf) return words_text(setting.allowed);
  if (setting.shape == Shape::kSecret) return "at least 32 characters";
  if (setting.is_bool()) return "true or false";
  if (!std::holds_alternative<int64_t Settings::*>(setting.member)) return "";
  return amount_text(setting.low, setting.unit) + " to " + amount_text(setting.high, setting.unit);
}

std::string settings_help() {
  std::string out;
  std::string_view group;
  for (const Setting& row : settings_table()) {
    if (row.group != group) {
      group = row.group;
      out += (out.empty() ? "" : "\n") + std::string(group) + "\n";
    }
    append_flag(out, row);
  }
  return out;
}

std::string settings_help(std::span<const std::string_view> names) {
  std::string out;
  for (const std::string_view name : names) append_flag(out, *find_setting(name));
  return out;
}

std::string settings_markdown() {
  std::string out(kMarkdownHead);
  std::string_view group;
  for (const Setting& row : settings_table()) {
    if (row.group != group) {
      group = row.group;
      out += "\n## " + std::string(group) + "\n\n";
      out += "| key | flag | environment | default | allowed | meaning |\n";
      out += "|---|---|---|---|---|---|\n";
    }
    const std::string shown = default_text(row);
    out += "| `" + std::string(row.name) + "` | `" + flag_of(row) + "` | `" + variable_of(row) +
           "` | " + (shown == "none" ? "" : "`" + markdown_cell(shown) + "`") + " | " +
           markdown_cell(allowed_text(row)) + " | " + markdown_cell(row.help) + " |\n";
  }
  return out;
}

}  // namespace prodev::config
