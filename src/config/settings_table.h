// The table of settings: one row for each, from which flags, environment variables, keys of
// prodev.toml, their checks, `--help` and the reference page are made.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/settings.h"

namespace prodev::config {

using Member = std::variant<std::string Settings::*, bool Settings::*, int64_t Settings::*,
                            std::vector<std::string> Settings::*>;

enum class Unit { kNone, kBytes, kMilliseconds, kSeconds };

// What a text, or each item of a list, must look like, besides holding no control characters.
enum class Shape {
  kAny,
  kPath,     // relative ones in a file are relative to the file's folder
  kUrlPath,  // empty, or begins with "/"
  kOrigin,   // "*", or scheme://host[:port]; kept as parse_origin() spells it
  kSite,     // empty, or http(s)://host[:port][/path]; kept as parse_site_address() spells it
  kNetwork,  // an IP address, or a network such as 10.0.0.0/8
  kToken,    // the name of a header: RFC 9110's token
  kOneOf,    // one of `allowed`
  kSecret,   // empty, or 32 characters and more; errors do not repeat it
};

struct Setting {
  std::string_view name;  // the key in prodev.toml
  Member member;
  std::string_view group;
  std::string_view help;
  Unit unit = Unit::kNone;
  int64_t low = 0;
  int64_t high = 0;
  Shape shape = Shape::kAny;
  std::string_view allowed = {};  // kOneOf: words with a space between
  bool may_be_empty = true;       // of a text

  bool is_bool() const { return std::holds_alternative<bool Settings::*>(member); }
};

// In the order in which help lists them: by group.
std::span<const Setting> settings_table();

// nullptr: no such setting.
const Setting* find_setting(std::string_view name);

std::string flag_of(const Setting& setting);      // "--max-body-bytes"
std::string variable_of(const Setting& setting);  // "PRODEV_MAX_BODY_BYTES"

// The default as people write it: "16 MiB", "30 s", "on", "none".
std::string default_text(const Setting& setting);
// What may be given: "0 to 1 TiB", "text or json", or empty when anything may.
std::string allowed_text(const Setting& setting);
// An amount in the setting's unit as people write it.
std::string amount_text(int64_t amount, Unit unit);

// The flags of all settings for `--help`, by group and wrapped at 100 columns.
std::string settings_help();
// The flags of some settings, in the order given. REQUIRES: there are such settings.
std::string settings_help(std::span<const std::string_view> names);
// The reference of all settings as a Markdown page.
std::string settings_markdown();

}  // namespace prodev::config
