#include "cli/commands.h"
#include "server/folders.h"
#include "server/server.h"

namespace prodev::cli {

base::Result<config::Settings> load_settings(const CommandLine& line, const Context& context) {
  return config::load_settings({line.flags, context.environment, line.config_file});
}

base::Result<config::Settings> load_project(const CommandLine& line, const Context& context) {
  TRY_ASSIGN(config::Settings settings, load_settings(line, context));
  TRY(server::check_project_folder(settings));
  return settings;
}

base::Result<int> run_serve(const CommandLine& line, const Context& context) {
  TRY_ASSIGN(const config::Settings settings, load_settings(line, context));
  TRY(server::serve(settings, context.out));
  context.out.clear();  // nobody needs to have read what it printed at its start
  return 0;
}

}  // namespace prodev::cli
