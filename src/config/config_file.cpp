#include "config/config_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>

#include "config/nearest.h"
#include "config/value.h"

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

namespace prodev::config {
namespace {

using base::Code;
using base::fail;
using base::Result;

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  if (file && file.peek() != std::ifstream::traits_type::eof()) bytes << file.rdbuf();
  if (!file.is_open() || file.bad() || bytes.bad()) {
    return fail(Code::kUsage, path + ": cannot be read (" + std::strerror(errno) +
                                  "); name a readable file with --config");
  }
  return bytes.str();
}

// Settings are in no table, and toml++ 3.3 ends the process over a malformed header of one. A line
// inside of a value cannot begin with a bracket: no setting is a list of lists or has line breaks.
Result<void> refuse_tables(const std::string& path, std::string_view bytes) {
  const auto blank = [](char c) { return c <= ' ' || c > '~'; };
  for (size_t line = 1; !bytes.empty(); ++line) {
    const std::string_view text = bytes.substr(0, bytes.find('\n'));
    const auto first = std::find_if_not(text.begin(), text.end(), blank);
    if (first != text.end() && *first == '[') {
      return fail(Code::kUsage, path + ":" + std::to_string(line) +
                                    ": begins a table, but settings are in none; remove the line");
    }
    bytes.remove_prefix(std::min(text.size() + 1, bytes.size()));
  }
  return {};
}

std::string at_line(const std::string& path, const toml::source_region& source) {
  return path + ":" + std::to_string(source.begin.line);
}

std::string unknown_key(std::string_view key) {
  std::vector<std::string> known;
  for (const Setting& row : settings_table()) known.emplace_back(row.name);
  const std::string suggestion = nearest(key, known);
  return "unknown setting \"" + std::string(key) + "\"; " +
         (suggestion.empty() ? "prodev serve --help lists them all"
                             : "did you mean \"" + suggestion + "\"?");
}

Result<void> set_from_array(Settings& settings, const Setting& setting, const toml::array& array) {
  std::vector<std::string> items;
  for (const toml::node& item : array) {
    const auto* text = item.as_string();
    if (text == nullptr) return fail(Code::kUsage, "the items of the list must be text in quotes");
    items.push_back(text->get());
  }
  return set_list(settings, setting, std::move(items));
}

Result<void> set_from_node(Settings& settings, const Setting& setting, const toml::node& node) {
  if (const auto* list = node.as_array()) return set_from_array(settings, setting, *list);
  if (const auto* number = node.as_integer()) return set_number(settings, setting, number->get());
  if (const auto* flag = node.as_boolean()) return set_bool(settings, setting, flag->get());
  const auto* text = node.as_string();
  if (text == nullptr) {
    return fail(Code::kUsage, "the value is neither text, a whole number, true, false nor a list");
  }
  if (std::holds_alternative<std::vector<std::string> Settings::*>(setting.member)) {
    return fail(Code::kUsage, "\"" + text->get() + "\" is a single value; give a list: [\"" +
                                  text->get() + "\"]");
  }
  return set_from_text(settings, setting, text->get());
}

void anchor_path(Settings& settings, const Setting& setting, const std::string& config_path) {
  if (setting.shape != Shape::kPath) return;
  std::string& path = settings.*std::get<std::string Settings::*>(setting.member);
  if (path.empty() || path.front() == '/') return;
  const std::filesystem::path folder = std::filesystem::path(config_path).parent_path();
  path = (folder / path).string();
}

}  // namespace

Result<void> load_config_file(const std::string& path, bool allow_dir, Settings& settings,
                              Origins& origins) {
  TRY_ASSIGN(const std::string bytes, read_file(path));
  TRY(refuse_tables(path, bytes));
  const toml::parse_result parsed = toml::parse(bytes, path);
  if (!parsed) {
    return fail(Code::kUsage, at_line(path, parsed.error().source()) +
                                  ": is not TOML: " + std::string(parsed.error().description()));
  }
  for (const auto& [key, node] : parsed.table()) {
    const std::string where = at_line(path, node.source());
    const Setting* setting = find_setting(key.str());
    if (setting == nullptr) return fail(Code::kUsage, where + ": " + unknown_key(key.str()));
    if (setting->name == "dir" && !allow_dir) {
      return fail(Code::kUsage, where +
                                    ": \"dir\" cannot be set in the file that is found in it; "
                                    "use --dir, or name the file with --config");
    }
    const std::string origin = where + ": " + std::string(setting->name);
    if (const auto set = set_from_node(settings, *setting, node); !set) {
      return fail(Code::kUsage, origin + ": " + set.error().message);
    }
    anchor_path(settings, *setting, path);
    origins[setting->name] = origin;
  }
  return {};
}

}  // namespace prodev::config
