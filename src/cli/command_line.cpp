#include "cli/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "cli/help.h"
#include "config/nearest.h"
#include "config/settings_table.h"

namespace prodev::cli {
namespace {

using base::Code;
using base::fail;
using base::Result;

// Gives every setting as a flag to `parser`; CLI11 writes what it reads into `values`.
void add_settings(CLI::App& parser, std::map<std::string, std::string>& values) {
  for (const config::Setting& setting : config::settings_table()) {
    std::string& value = values[std::string(setting.name)];
    if (setting.is_bool()) {
      parser.add_flag(config::flag_of(setting), value);
    } else {
      parser.add_option(config::flag_of(setting), value);
    }
  }
}

// CLI11 takes arguments from the back, and `--flag=` as a flag that lacks its value.
std::vector<std::string> to_cli11(const std::vector<std::string>& arguments) {
  std::vector<std::string> out;
  for (auto argument = arguments.rbegin(); argument != arguments.rend(); ++argument) {
    const bool ends_empty = argument->starts_with("--") && argument->ends_with('=');
    if (ends_empty) out.emplace_back();
    out.push_back(ends_empty ? argument->substr(0, argument->size() - 1) : *argument);
  }
  return out;
}

std::string unexpected(const CommandRow& command, const std::string& argument) {
  const std::string prefix = "prodev " + std::string(command.name);
  if (!argument.starts_with("-")) {
    return prefix + " takes no \"" + argument + "\"; " + prefix + " --help tells what it takes";
  }
  std::vector<std::string> known = {"--help"};
  for (const OptionRow& option : command.options) known.emplace_back(option.name);
  if (command.takes_url) known.emplace_back("--url");
  if (command.takes_settings) {
    known.emplace_back("--config");
    for (const auto& setting : config::settings_table()) known.push_back(flag_of(setting));
  }
  const std::string flag = argument.substr(0, argument.find('='));
  const std::string suggestion = config::nearest(flag, known);
  return prefix + " has no flag " + flag + "; " +
         (suggestion.empty() ? prefix + " --help lists them" : "did you mean " + suggestion + "?");
}

std::string unknown_command(const std::string& word) {
  std::vector<std::string> known;
  for (const CommandRow& row : command_table()) known.emplace_back(row.name);
  const std::string suggestion = config::nearest(word, known);
  return "there is no command \"" + word + "\"; " +
         (suggestion.empty() ? "prodev --help lists them" : "did you mean \"" + suggestion + "\"?");
}

CommandLine help_line(std::string text) {
  CommandLine line;
  line.verb = Verb::kHelp;
  line.help = std::move(text);
  return line;
}

// `prodev help COMMAND` is `prodev COMMAND --help`.
Result<CommandLine> parse_help(const std::vector<std::string>& words) {
  if (words.empty() || words.front().starts_with("-")) return help_line(overview());
  for (const CommandRow& row : command_table()) {
    if (row.name == words.front())
      return help_line(help_of(row, words.size() > 1 && words[1] == "all"));
  }
  return fail(Code::kUsage, unknown_command(words.front()));
}

Result<CommandLine> parse_flags(const CommandRow& command,
                                const std::vector<std::string>& arguments) {
  if (std::find(arguments.begin(), arguments.end(), "--help=all") != arguments.end())
    return help_line(help_of(command, true));
  CommandLine line;
  line.verb = command.verb;
  CLI::App parser;
  parser.set_help_flag("-h,--help");
  parser.allow_extras();
  std::map<std::string, std::string> values;
  if (command.takes_settings) {
    parser.add_option("--config", line.config_file);
    add_settings(parser, values);
  }
  if (command.takes_url) parser.add_option("--url", line.url);
  std::map<std::string, std::string> options;
  for (const OptionRow& option : command.options) {
    const std::string name(option.name);
    if (option.value.empty()) {
      parser.add_flag(name, options[name]);
    } else {
      parser.add_option(name, options[name]);
    }
  }
  try {
    parser.parse(to_cli11(arguments));
  } catch (const CLI::CallForHelp&) {
    return help_line(help_of(command, false));
  } catch (const CLI::ParseError& error) {
    return fail(Code::kUsage, std::string(error.what()) + "; prodev " + std::string(command.name) +
                                  " --help tells how it is given");
  }
  for (const std::string& rest : parser.remaining()) {
    if (command.words.empty() || (rest.starts_with("-") && rest != "-")) {
      return fail(Code::kUsage, unexpected(command, rest));
    }
    line.words.push_back(rest);
  }
  for (const auto& [name, value] : options) {
    if (parser.count(name) > 0) line.options[name] = value;
  }
  for (const auto& [key, value] : values) {
    if (parser.count(config::flag_of(*config::find_setting(key))) > 0) line.flags[key] = value;
  }
  return line;
}

}  // namespace

Result<CommandLine> parse_command_line(const std::vector<std::string>& arguments) {
  if (arguments.empty()) {
    return fail(Code::kUsage, "no command given; try prodev demo, or prodev --help");
  }
  const std::string& word = arguments.front();
  if (word == "--help" || word == "-h" || word == "help")
    return parse_help({arguments.begin() + 1, arguments.end()});
  const std::string name = word == "--version" || word == "-V" ? "version" : word;
  for (const CommandRow& row : command_table()) {
    if (row.name == name) return parse_flags(row, {arguments.begin() + 1, arguments.end()});
  }
  return fail(Code::kUsage, unknown_command(word));
}

}  // namespace prodev::cli
