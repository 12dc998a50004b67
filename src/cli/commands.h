// The commands, one file each. Every one returns its exit code, or an Error that run() prints.
#pragma once

#include <iosfwd>
#include <map>
#include <string>

#include "base/result.h"
#include "cli/command_line.h"
#include "config/settings.h"

namespace prodev::cli {

struct Context {
  const std::map<std::string, std::string>& environment;
  std::ostream& out;
  std::ostream& err;
};

base::Result<int> run_serve(const CommandLine& line, const Context& context);
base::Result<int> run_demo(const CommandLine& line, const Context& context);
base::Result<int> run_init(const CommandLine& line, const Context& context);
base::Result<int> run_routes(const Context& context);
base::Result<int> run_settings(const Context& context);
base::Result<int> run_doctor(const CommandLine& line, const Context& context);
base::Result<int> run_healthcheck(const CommandLine& line, const Context& context);
base::Result<int> run_version(const Context& context);
base::Result<int> run_migrate(const CommandLine& line, const Context& context);
base::Result<int> run_import(const CommandLine& line, const Context& context);
base::Result<int> run_export(const CommandLine& line, const Context& context);
base::Result<int> run_openapi(const CommandLine& line, const Context& context);
base::Result<int> run_types(const CommandLine& line, const Context& context);
base::Result<int> run_sql(const CommandLine& line, const Context& context);
base::Result<int> run_licenses(const CommandLine& line, const Context& context);
base::Result<int> run_token(const CommandLine& line, const Context& context);

// The settings that flags, environment and file make together.
base::Result<config::Settings> load_settings(const CommandLine& line, const Context& context);
// The same for a command on a project, whose folder must be there.
base::Result<config::Settings> load_project(const CommandLine& line, const Context& context);

// The URL at which this machine reaches the server of `settings`: http://127.0.0.1:8000.
// kUsage when `listen` leaves the port to chance.
base::Result<std::string> local_url(const config::Settings& settings);
// The health page of the server at `url`, unless `url` already names it.
std::string health_url(std::string url);

}  // namespace prodev::cli
