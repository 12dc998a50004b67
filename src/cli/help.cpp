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

constexpr OptionRow kSqlOptions[] = {
    {"--write", "", "Let statements change rows. Default: they read."},
    {"--file", "FILE", "Run the statements of FILE; - is standard input."},
    {"--format", "FORMAT", "table, csv, json or ndjson. Default: table on a terminal, else csv."},
    {"--timeout", "TIME", "How long one statement may run; 0: for ever. Default: 1 min."},
};

constexpr OptionRow kLicensesOptions[] = {
    {"--full", "", "The text of each licence too."},
};

// The settings that matter to a command most; --help=all has the rest.
constexpr std::string_view kProject[] = {"dir"};
constexpr std::string_view kDatabase[] = {"dir", "db"};
constexpr std::string_view kServing[] = {"dir",      "listen",  "dev",          "public_url",
                                         "tls_cert", "tls_key", "cors_origins", "log_format"};
constexpr std::string_view kMigrating[] = {"dir", "schema", "dev"};
constexpr std::string_view kSigning[] = {"dir", "jwt_secret"};
constexpr std::string_view kAsking[] = {"dir", "listen"};

constexpr std::string_view kDemoExamples[] = {"prodev demo",
                                              "prodev demo --dir shop --listen :8080"};
constexpr std::string_view kInitExamples[] = {"prodev init notes",
                                              "cd notes && prodev serve --dev"};
constexpr std::string_view kServeExamples[] = {
    "prodev serve --dir notes --dev",
    "prodev serve --dir /srv/notes --listen :443 --tls-cert cert.pem --tls-key key.pem"};
constexpr std::string_view kMigrateExamples[] = {
    "prodev migrate new add_price     # makes the next file, to write SQL into",
    "prodev migrate plan              # what would change, tried on a copy"};
constexpr std::string_view kImportExamples[] = {
    "prodev import product items.csv --map title=name --on-conflict replace",
    "prodev import product more.csv --skip-rejected --rejects rejected.csv"};
constexpr std::string_view kExportExamples[] = {"prodev export product --output product.csv",
                                                "prodev export product --format ndjson | head -3"};
constexpr std::string_view kSqlExamples[] = {"prodev sql 'SELECT count(*) FROM product'",
                                             "prodev sql --write --file discount.sql"};
constexpr std::string_view kTokenExamples[] = {
    "prodev token --role authenticated --sub 7f0c9d4e-6a57-4a1e-9a57-6a574a1e0001 --ttl 1d",
    "prodev token --role service_role --ttl 0     # opens everything: keep it secret"};
constexpr std::string_view kOpenapiExamples[] = {"prodev openapi > openapi.json",
                                                 "prodev openapi --role anon"};
constexpr std::string_view kTypesExamples[] = {"prodev types > database.ts",
                                               "prodev types --role authenticated"};
constexpr std::string_view kRoutesExamples[] = {"prodev routes", "prodev routes | grep /rest/"};
constexpr std::string_view kSettingsExamples[] = {"prodev settings | less",
                                                  "prodev settings > settings.md"};
constexpr std::string_view kDoctorExamples[] = {"prodev doctor --dir notes",
                                                "prodev doctor --url https://notes.example"};
constexpr std::string_view kHealthcheckExamples[] = {
    "prodev healthcheck", "prodev healthcheck --url http://127.0.0.1:8000"};
constexpr std::string_view kLicensesExamples[] = {"prodev licenses", "prodev licenses OpenSSL"};
constexpr std::string_view kVersionExamples[] = {"prodev version", "prodev --version"};

constexpr CommandRow kCommands[] = {
    {.verb = Verb::kDemo,
     .name = "demo",
     .summary = "Try it out: make ./prodev-demo, a shop, and serve it",
     .takes_settings = true,
     .settings = kServing,
     .examples = kDemoExamples},
    {.verb = Verb::kInit,
     .name = "init",
     .summary = "Make a new project: a table, a page that uses it, and settings",
     .words = "DIR",
     .examples = kInitExamples},
    {.verb = Verb::kServe,
     .name = "serve",
     .summary = "Serve a folder",
     .takes_settings = true,
     .settings = kServing,
     .examples = kServeExamples},
    {.verb = Verb::kMigrate,
     .name = "migrate",
     .summary = "Apply the SQL files of the schema folder, try them, or tell which are applied",
     .takes_settings = true,
     .words = "[up|plan|status|new NAME|redo|accept FILE|baseline [FILE]]",
     .settings = kMigrating,
     .examples = kMigrateExamples},
    {.verb = Verb::kSql,
     .name = "sql",
     .summary = "Ask the database in SQL: a statement, a file, or a prompt",
     .takes_settings = true,
     .words = "[STATEMENT]",
     .options = kSqlOptions,
     .settings = kDatabase,
     .examples = kSqlExamples},
    {.verb = Verb::kImport,
     .name = "import",
     .summary = "Read rows from a CSV, JSON or NDJSON file (- for standard input)",
     .takes_settings = true,
     .words = "TABLE FILE",
     .options = kImportOptions,
     .settings = kDatabase,
     .examples = kImportExamples},
    {.verb = Verb::kExport,
     .name = "export",
     .summary = "Write the rows of a table as CSV, JSON or NDJSON",
     .takes_settings = true,
     .words = "TABLE",
     .options = kExportOptions,
     .settings = kDatabase,
     .examples = kExportExamples},
    {.verb = Verb::kToken,
     .name = "token",
     .summary = "Print a signed token for a role, to try things out or for a script",
     .takes_settings = true,
     .options = kTokenOptions,
     .settings = kSigning,
     .examples = kTokenExamples},
    {.verb = Verb::kOpenapi,
     .name = "openapi",
     .summary = "Print the OpenAPI document of the database",
     .takes_settings = true,
     .options = kOpenapiOptions,
     .settings = kDatabase,
     .examples = kOpenapiExamples},
    {.verb = Verb::kTypes,
     .name = "types",
     .summary = "Print the types of tables and views for a programming language",
     .takes_settings = true,
     .options = kTypesOptions,
     .settings = kDatabase,
     .examples = kTypesExamples},
    {.verb = Verb::kRoutes,
     .name = "routes",
     .summary = "List what is served under which path",
     .examples = kRoutesExamples},
    {.verb = Verb::kSettings,
     .name = "settings",
     .summary = "Print the reference of all settings, as Markdown",
     .examples = kSettingsExamples},
    {.verb = Verb::kDoctor,
     .name = "doctor",
     .summary = "Check this machine, the settings and the schema, and explain",
     .takes_settings = true,
     .takes_url = true,
     .settings = kProject,
     .examples = kDoctorExamples},
    {.verb = Verb::kHealthcheck,
     .name = "healthcheck",
     .summary = "Exit with 0 when a server is well, for containers",
     .takes_settings = true,
     .takes_url = true,
     .settings = kAsking,
     .examples = kHealthcheckExamples},
    {.verb = Verb::kLicenses,
     .name = "licenses",
     .summary = "List what is built in and under which licence, or print one's text",
     .words = "[NAME]",
     .options = kLicensesOptions,
     .examples = kLicensesExamples},
    {.verb = Verb::kVersion,
     .name = "version",
     .summary = "Print the version",
     .examples = kVersionExamples},
};

constexpr std::string_view kUrlHelp =
    "The server to ask. Default: the one that these settings start.";
constexpr std::string_view kConfigHelp =
    "The file of settings. Default: prodev.toml in the project's folder.";
constexpr std::string_view kHelpHelp = "Print this; --help=all: with every setting.";
constexpr std::string_view kSettingsHelp =
    "\nSettings, each also a key in prodev.toml (max_body_bytes) and an environment variable\n"
    "(PRODEV_MAX_BODY_BYTES); a flag beats the environment, which beats the file. SIZE takes KiB,\n"
    "MiB and GiB; TIME takes ms, s, m, h and d.\n\n";

std::string usage_of(const CommandRow& command) {
  std::string usage = "Usage: prodev " + std::string(command.name);
  if (!command.words.empty()) usage += " " + std::string(command.words);
  for (const OptionRow& option : command.options) {
    if (option.required) usage += " " + std::string(option.name) + " " + std::string(option.value);
  }
  if (!command.options.empty() || command.takes_settings) usage += " [flags]";
  return usage + "\n";
}

void append_option(std::string& out, std::string_view flag, std::string_view help) {
  std::string line = "  " + std::string(flag);
  line.resize(std::max<size_t>(line.size() + 2, 25), ' ');
  out += line + std::string(help) + "\n";
}

void append_options(std::string& out, const CommandRow& command) {
  out += "\nFlags\n";
  for (const OptionRow& option : command.options) {
    const std::string space = option.value.empty() ? "" : " ";
    append_option(out, std::string(option.name) + space + std::string(option.value), option.help);
  }
  if (command.takes_url) append_option(out, "--url URL", kUrlHelp);
  if (command.takes_settings) append_option(out, "--config FILE", kConfigHelp);
  append_option(out, "-h, --help", command.takes_settings ? kHelpHelp : "Print this.");
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
  out +=
      "\n`prodev help COMMAND` tells more, with examples. Exit codes: 0 ok, 1 failed, 2 wrong "
      "usage.\n";
  return out;
}

std::string help_of(const CommandRow& command, bool all_settings) {
  std::string out = usage_of(command) + "\n" + std::string(command.summary) + ".\n\nExamples\n";
  for (const std::string_view example : command.examples) out += "  " + std::string(example) + "\n";
  append_options(out, command);
  if (!command.takes_settings) return out;
  if (all_settings) return out + std::string(kSettingsHelp) + config::settings_help();
  return out + "\nSettings (--help=all lists the others)\n" +
         config::settings_help(command.settings);
}

}  // namespace prodev::cli
