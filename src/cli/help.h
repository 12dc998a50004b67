// What `--help` prints.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "cli/command_line.h"

namespace prodev::cli {

// A flag of one command, beside the settings.
struct OptionRow {
  std::string_view name;   // "--role"
  std::string_view value;  // "ROLE"; empty: a switch
  std::string_view help;
  bool required = false;
};

struct CommandRow {
  Verb verb;
  std::string_view name;
  std::string_view summary;
  bool takes_settings = false;
  bool takes_url = false;
  std::string_view words = {};  // what else it takes, as its usage says; empty: nothing
  std::span<const OptionRow> options = {};
  std::span<const std::string_view> settings = {};  // those that its help begins with
  std::span<const std::string_view> examples = {};
};

std::span<const CommandRow> command_table();

std::string overview();
// Fits a screen: examples, the flags of the command, and the settings that matter most to it. With
// `all_settings` there follow all that there are.
std::string help_of(const CommandRow& command, bool all_settings);

}  // namespace prodev::cli
