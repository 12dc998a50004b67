// What the user typed, as data.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace prodev::cli {

enum class Verb {
  kServe,
  kDemo,
  kInit,
  kRoutes,
  kSettings,
  kDoctor,
  kHealthcheck,
  kVersion,
  kMigrate,
  kToken,
  kSql,
  kLicenses,
  kImport,
  kExport,
  kOpenapi,
  kTypes,
  kHelp
};

struct CommandLine {
  Verb verb = Verb::kHelp;
  std::map<std::string, std::string> flags;    // key of the setting -> value as written
  std::string config_file;                     // --config
  std::string url;                             // --url
  std::map<std::string, std::string> options;  // flags of the command alone: "--role" -> value
  std::vector<std::string> words;              // what is not a flag: "new" "add_price"
  std::string help;                            // kHelp: the text to print

  // The value of a flag in `options`; `fallback` when it is not given.
  std::string option(const std::string& name, const char* fallback = "") const {
    const auto found = options.find(name);
    return found == options.end() ? fallback : found->second;
  }
};

// The error (kUsage) names the argument and, when one is near, what was probably meant.
base::Result<CommandLine> parse_command_line(const std::vector<std::string>& arguments);

}  // namespace prodev::cli
