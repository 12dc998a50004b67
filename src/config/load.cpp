#include <algorithm>
#include <filesystem>

#include "config/config_file.h"
#include "config/cross_checks.h"
#include "config/nearest.h"
#include "config/settings_table.h"
#include "config/value.h"

namespace prodev::config {
namespace {

using base::Code;
using base::fail;
using base::Result;

constexpr std::string_view kPrefix = "PRODEV_";

bool belongs_to_others(std::string_view variable) {
  constexpr std::string_view kNames[] = {"PRODEV_PORT", "PRODEV_NAME"};
  constexpr std::string_view kPrefixes[] = {"PRODEV_SERVICE_", "PRODEV_PORT_", "PRODEV_ENV_"};
  return std::find(std::begin(kNames), std::end(kNames), variable) != std::end(kNames) ||
         std::any_of(std::begin(kPrefixes), std::end(kPrefixes),
                     [&](std::string_view prefix) { return variable.starts_with(prefix); });
}

Result<void> apply(Settings& settings, Origins& origins, const Setting& setting,
                   const std::string& where, const std::string& text) {
  if (const auto set = set_from_text(settings, setting, text); !set) {
    return fail(Code::kUsage, where + ": " + set.error().message);
  }
  origins[setting.name] = where;
  return {};
}

Result<void> apply_environment(const Sources& sources, Settings& settings, Origins& origins) {
  std::vector<std::string> known = {"PRODEV_CONFIG"};
  for (const Setting& row : settings_table()) known.push_back(variable_of(row));
  for (const auto& [variable, text] : sources.environment) {
    if (!variable.starts_with(kPrefix) || variable == "PRODEV_CONFIG") continue;
    const auto row = std::find(known.begin() + 1, known.end(), variable);
    if (row != known.end()) {
      const Setting& setting = settings_table()[static_cast<size_t>(row - known.begin()) - 1];
      TRY(apply(settings, origins, setting, variable, text));
    } else if (!belongs_to_others(variable)) {
      const std::string suggestion = nearest(variable, known);
      return fail(Code::kUsage,
                  "environment variable " + variable + " is not a setting; " +
                      (suggestion.empty() ? "unset it" : "did you mean " + suggestion + "?"));
    }
  }
  return {};
}

Result<void> apply_flags(const Sources& sources, Settings& settings, Origins& origins) {
  for (const auto& [name, text] : sources.flags) {
    const Setting* setting = find_setting(name);
    if (setting == nullptr) return fail(Code::kUsage, "unknown setting " + name);
    TRY(apply(settings, origins, *setting, flag_of(*setting), text));
  }
  return {};
}

std::string find_value(const std::map<std::string, std::string>& values, const std::string& key,
                       const std::string& fallback) {
  const auto found = values.find(key);
  return found == values.end() ? fallback : found->second;
}

Result<void> apply_file(const Sources& sources, Settings& settings, Origins& origins) {
  const std::string named = sources.config_file.empty()
                                ? find_value(sources.environment, "PRODEV_CONFIG", "")
                                : sources.config_file;
  if (!named.empty()) return load_config_file(named, true, settings, origins);
  const std::string dir =
      find_value(sources.flags, "dir", find_value(sources.environment, "PRODEV_DIR", "."));
  const std::string path =
      dir == "." ? "prodev.toml" : (std::filesystem::path(dir) / "prodev.toml").string();
  std::error_code ignored;  // a folder that cannot be looked into is reported by who serves it
  if (!std::filesystem::exists(path, ignored)) return {};
  return load_config_file(path, false, settings, origins);
}

}  // namespace

Result<Settings> load_settings(const Sources& sources) {
  Settings settings;
  Origins origins;
  TRY(apply_file(sources, settings, origins));
  TRY(apply_environment(sources, settings, origins));
  TRY(apply_flags(sources, settings, origins));
  fit_defaults(settings, origins);
  TRY(check_together(settings, origins));
  return settings;
}

}  // namespace prodev::config
