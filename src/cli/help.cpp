#include "cli/help.h"

#include <algorithm>

#include "config/settings_table.h"

namespace prodev::cli {
namespace {

constexpr OptionRow kTokenOptions[] = {
    {"--role", "ROLE", "What the bearer may do: anon, authenticated, service_role or your own.",
     true},
    {"--sub", "ID", "Who the bearer is, as auth.uid() returns it. Default: nobody."},
    {"--ttl", "TIME", "How long it is good for, such as 30m or 7d; 0: for ever. Default: 1h."},
    {"--claims", "JSON", "An object with more claims, such as {\"name\":\"Ada\"}."},
};

constexpr OptionRow kImportOptions[] = {
    {"--format", "FORMAT",
     "csv, tsv, json (an array) or ndjson. Default: as the file's name ends."},
    {"--delimiter", "CHARACTER",
     "What parts fields of CSV, or tab. Default: as the first line tells."},
    {"--map", "A=B,...", "Names in the file that stand for other columns: title=name."},
    {"--ignore-unknown", "", "Pass over names in the file that are no columns."},
    {"--on-conflict", "WHAT", "For a key that is taken: fail, ignore or replace. Default: fail."},
    {"--skip-rejected", "", "Go on after a row that does not fit; else nothing is imported."},
    {"--rejects", "FILE", "Write the rows that do not fit to FILE, each with line and reason."},
    {"--batch", "ROWS", "Commit after so many rows. Default: all of them or none."},
    {"--dry-run", "", "Do everything, tell, and undo it."},
};

constexpr OptionRow kExportOptions[] = {
    {"--format", "FORMAT", "csv, json (an array) or ndjson. Default: as the output's name ends."},
    {"--columns", "A,B", "Which columns, in which order. Default: all."},
    {"--output", "FILE", "Where to. Default: standard output."},
    {"--force", "", "Replace a file that is there."},
};

constexpr OptionRow kOpenapiOptions[] = {
    {"--role", "ROLE", "Whose rights decide what is in it. Default: service_role."},
};

constexpr OptionRow kTypesOptions[] = {
    {"--lang", "LANG", "ts: TypeScript, for createClient<Database>() of supabase-js. Default: ts."},
    {"--role", "ROLE", "Whose rights decide what is in it. Default: service_role."},
};

constexpr CommandRow kCommands[] = {
    {Verb::kDemo, "demo", "Try it out: make ./prodev-demo and serve it", true, false},
    {Verb::kInit, "init", "Make a new project: a table, a page that uses it, and settings", false,
     false, "DIR"},
    {Verb::kServe, "serve", "Serve a folder", true, false},
    {Verb::kMigrate, "migrate",
     "Apply the SQL files of the schema folder, try them, or tell which are applied", true, false,
     "[up|plan|status|new NAME|redo|accept FILE|baseline [FILE]]"},
    {Verb::kImport, "import", "Read rows from a CSV, JSON or NDJSON file (- for standard input)",
     true, false, "TABLE FILE", kImportOptions},
    {Verb::kExport, "export", "Write the rows of a table as CSV, JSON or NDJSON", true, false,
     "TABLE", kExportOptions},
    {Verb::kToken,
     "token",
     "Print a signed token for a role, to try things out or for a script",
     true,
     false,
     {},
     kTokenOptions},
    {Verb::kOpenapi,
     "openapi",
     "Print the OpenAPI document of the database",
     true,
     false,
     {},
     kOpenapiOptions},
    {Verb::kTypes,
     "types",
     "Print the types of tables and views for a programming language",
     true,
     false,
     {},
     kTypesOptions},
    {Verb::kRoutes, "routes", "List what is served under which path", false, false},
    {Verb::kSettings, "settings", "Print the reference of all settings, as Markdown", false, false},
    {Verb::kDoctor, "doctor", "Check this machine and the settings, and explain", true, true},
    {Verb::kHealthcheck, "healthcheck", "Exit with 0 when a server is well, for containers", true,
     true},
    {Verb::kVersion, "version", "Print the version", false, false},
};

constexpr std::string_view kUrlHelp =
    "  --url URL      The server to ask, such as http://127.0.0.1:8000. Default: the one that\n"
    "                 these settings would start.\n";
constexpr std::string_view kConfigHelp =
    "  --config FILE  The file of settings. Default: prodev.toml in the project's folder, if it\n"
    "                 is there.\n"
    "  -h, --help     Print this.\n";
constexpr std::string_view kSettingsHelp =
    "\nSettings, each also a key in prodev.toml (max_body_bytes) and an environment variable\n"
    "(PRODEV_MAX_BODY_BYTES); a flag beats the environment, which beats the file. SIZE takes KiB,\n"
    "MiB and GiB; TIME takes ms, s, m, h and d.\n\n";

std::string usage_of(const OptionRow& option) {
  std::string usage(option.name);
  if (!option.value.empty()) usage += " " + std::string(option.value);
  return option.required ? " " + usage : " [" + usage + "]";
}

std::string help_of(const OptionRow& option) {
  std::string out = "  " + std::string(option.name) + " " + std::string(option.value);
  out.resize(std::max<size_t>(out.size() + 2, 17), ' ');
  return out + std::string(option.help) + "\n";
}

}  // namespace

std::span<const CommandRow> command_table() { return kCommands; }

std::string overview() {
  std::string out =
      "prodev: a complete backend in one file.\n\nUsage: prodev COMMAND [flags]\n\nCommands\n";
  for (const CommandRow& row : kCommands) {
    std::string name = "  " + std::string(row.name);
    name.resize(16, ' ');
    out += name + std::string(row.summary) + "\n";
  }
  out += "\n`prodev COMMAND --help` tells more. Exit codes: 0 ok, 1 failed, 2 wrong usage.\n";
  return out;
}

std::string help_of(const CommandRow& command) {
  std::string out = "Usage: prodev " + std::string(command.name);
  if (!command.words.empty()) out += " " + std::string(command.words);
  for (const OptionRow& option : command.options) out += usage_of(option);
  if (command.takes_url) out += " [--url URL]";
  if (command.takes_settings) out += " [--config FILE] [settings]";
  out += "\n\n" + std::string(command.summary) + ".\n";
  if (command.takes_settings) {
    out += '\n';
    for (const OptionRow& option : command.options) out += help_of(option);
    if (command.takes_url) out += kUrlHelp;
    out += kConfigHelp;
    out += kSettingsHelp;
    out += config::settings_help();
  }
  return out;
}

}  // namespace prodev::cli
