#include "cli/run.h"

#include <ostream>
#include <string_view>

#include "cli/command_line.h"
#include "cli/commands.h"

namespace prodev::cli {
namespace {

base::Result<int> dispatch(const CommandLine& line, const Context& context) {
  switch (line.verb) {
    case Verb::kServe:
      return run_serve(line, context);
    case Verb::kDemo:
      return run_demo(line, context);
    case Verb::kInit:
      return run_init(line, context);
    case Verb::kRoutes:
      return run_routes(context);
    case Verb::kSettings:
      return run_settings(context);
    case Verb::kDoctor:
      return run_doctor(line, context);
    case Verb::kHealthcheck:
      return run_healthcheck(line, context);
    case Verb::kVersion:
      return run_version(context);
    case Verb::kMigrate:
      return run_migrate(line, context);
    case Verb::kSql:
      return run_sql(line, context);
    case Verb::kLicenses:
      return run_licenses(line, context);
    case Verb::kToken:
      return run_token(line, context);
    case Verb::kImport:
      return run_import(line, context);
    case Verb::kExport:
      return run_export(line, context);
    case Verb::kOpenapi:
      return run_openapi(line, context);
    case Verb::kTypes:
      return run_types(line, context);
    case Verb::kHelp:
      context.out << line.help;
      return 0;
  }
  return base::fail(base::Code::kInternal, "the command has no implementation");
}

// The system's refusals that come as exceptions (threads, memory), as sentences.
base::Result<int> guarded(const CommandLine& line, const Context& context) {
  try {
    return dispatch(line, context);
  } catch (const std::exception& error) {
    return base::fail(base::Code::kUnavailable,
                      std::string("the system refused what prodev needs: ") + error.what() +
                          "; prodev doctor looks at the usual limits");
  }
}

}  // namespace

std::map<std::string, std::string> read_environment(const char* const* variables) {
  std::map<std::string, std::string> environment;
  for (; *variables != nullptr; ++variables) {
    const std::string_view entry = *variables;
    const size_t equals = entry.find('=');
    if (equals == std::string_view::npos) continue;
    environment.emplace(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return environment;
}

int run(const std::vector<std::string>& arguments,
        const std::map<std::string, std::string>& environment, std::ostream& out,
        std::ostream& err) {
  const Context context{environment, out, err};
  const auto line = parse_command_line(arguments);
  const auto code = line ? guarded(*line, context) : base::Result<int>(tl::unexpect, line.error());
  if (!code) {
    err << "prodev: " << code.error().message << std::endl;
    return code.error().code == base::Code::kUsage ? 2 : 1;
  }
  if (!out.flush()) {
    err << "prodev: standard output could not be written; is its disk full?" << std::endl;
    return 1;
  }
  return *code;
}

}  // namespace prodev::cli
