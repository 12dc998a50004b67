// `prodev openapi` and `prodev types`: what a server of this database would tell of it.
#include <ostream>

#include "cli/commands.h"
#include "cli/transfer_words.h"
#include "openapi/document.h"
#include "openapi/typescript.h"
#include "server/server.h"

namespace prodev::cli {
namespace {

using base::Code;
using base::Result;

constexpr const char* kAllSeeing = "service_role";

Result<records::Schema> load_schema(const config::Settings& settings) {
  TRY_ASSIGN(db::Connection connection, open_database(settings, db::OpenMode::kReadOnly));
  return records::Schema::load(connection, 1);
}

Result<std::string> role_of(const CommandLine& line, const records::Schema& schema) {
  std::string role = line.option("--role", kAllSeeing);
  if (schema.rules->has_role(role)) return role;
  return base::fail(Code::kUsage, "there is no role " + role + " in this database");
}

}  // namespace

Result<int> run_openapi(const CommandLine& line, const Context& context) {
  TRY_ASSIGN(const config::Settings settings, load_project(line, context));
  TRY_ASSIGN(const records::Schema schema, load_schema(settings));
  TRY_ASSIGN(const std::string role, role_of(line, schema));
  const std::string url = settings.public_url.empty() ? "/" : settings.public_url;
  context.out << openapi::make_document(schema, role, server::route_entries(settings), url) << '\n';
  return 0;
}

Result<int> run_types(const CommandLine& line, const Context& context) {
  if (line.option("--lang", "ts") != "ts")
    return base::fail(Code::kUsage, "prodev types knows --lang ts, TypeScript, alone");
  TRY_ASSIGN(const config::Settings settings, load_project(line, context));
  TRY_ASSIGN(const records::Schema schema, load_schema(settings));
  TRY_ASSIGN(const std::string role, role_of(line, schema));
  context.out << openapi::make_typescript(schema, role);
  return 0;
}

}  // namespace prodev::cli
