#include "server/database.h"

#include <algorithm>
#include <filesystem>
#include <ostream>

#include "auth/authenticator.h"
#include "db/client_rules.h"
#include "query/sql_functions.h"
#include "server/database_file.h"
#include "server/development.h"
#include "server/private_files.h"
#include "telemetry/log.h"

namespace prodev::server {

namespace {

base::Result<void> bring_up_to_date(const config::Settings& settings, db::Connection& connection,
                                    std::ostream& out) {
  TRY_ASSIGN(const std::vector<db::MigrationFile> files, files_to_apply(settings));
  if (settings.migrate && settings.dev)
    return develop_schema(settings, connection, files, report_to(out), false, nullptr);
  if (settings.migrate) return apply_schema(settings, connection, files, report_to(out).applied);
  TRY_ASSIGN(const auto statuses, db::migration_status(connection, files));
  const auto pending = std::count_if(statuses.begin(), statuses.end(), [](const auto& status) {
    return status.state == db::MigrationState::kPending;
  });
  if (pending > 0)
    out << "pending   " << pending << " schema files: prodev migrate up applies them\n";
  return {};
}

rest::RestOptions rest_options(const config::Settings& settings, const DatabaseOptions& options) {
  rest::RestOptions rest;
  rest.loops = options.loops;
  rest.read_timeout_ns = settings.read_timeout_ms * 1'000'000;
  rest.write_hold_ns = settings.write_hold_ms * 1'000'000;
  rest.max_response_bytes = static_cast<uint64_t>(settings.max_response_bytes);
  rest.temporary_directory = options.temporary_dir;
  rest.allow_unfiltered_writes = settings.allow_unfiltered_writes;
  rest.max_rows = static_cast<uint64_t>(settings.max_rows);
  rest.plan_enabled = settings.plan_enabled;
  rest.server_timing = settings.server_timing;
  rest.compress_min_bytes = static_cast<size_t>(settings.compress_min_bytes);
  return rest;
}

}  // namespace

base::Result<void> Database::run(http::Batch batch) {
  // Its error has been told to those whom it is about.
  (void)writer->run({batch.size(), [&](size_t i) { return batch[i]->run(); },
                     [&](size_t i, const base::Error& error) { batch[i]->fail(error); }});
  checkpointer->reset_long_log();
  if (analyzer && analyzer->run_when_due()) {
    const db::TrustedScope trusted(writer->connection());
    if (const base::Result<void> reloaded = schema.reload(writer->connection()); !reloaded) {
      telemetry::log(telemetry::Level::kWarn, "new statistics cannot be read: the old ones stay",
                     {{"error", reloaded.error().message}});
    }
  }
  return {};
}

base::Result<std::unique_ptr<Database>> open_database(const config::Settings& settings,
                                                      const DatabaseOptions& options,
                                                      std::ostream& out) {
  if (settings.db_file.empty()) {
    const std::string path = config::effective_db_file(settings);
    for (const std::string& told : close_to_others(options.data_dir, path))
      out << "warning   " << told << '\n';
  }
  TRY_ASSIGN(db::Connection connection, open_database_file(settings));
  TRY(bring_up_to_date(settings, connection, out));
  TRY_ASSIGN(auth::Keys keys, auth::load_or_make_keys(options.data_dir, settings.jwt_secret));
  auto database = std::make_unique<Database>(std::move(keys));
  database->path =
      std::filesystem::absolute(config::effective_db_file(settings)).lexically_normal().string();
  // A database that is only served gets no tables of ours, and so no statistics.
  if (settings.db_file.empty()) TRY(db::analyze(connection));
  TRY(database->schema.reload(connection));
  for (const std::string& problem : database->schema.get()->catalog->problems())
    out << "warning   " << problem << '\n';
  TRY(query::register_functions(connection));
  db::restrict_to_client_statements(connection);
  database->writer = std::make_unique<db::BatchWriter>(std::move(connection));
  TRY_ASSIGN(database->checkpointer,
             db::Checkpointer::start(database->path, database->writer->connection()));
  if (settings.db_file.empty())
    database->analyzer = std::make_unique<db::Analyzer>(database->writer->connection());
  const auth::Authenticator authenticator(database->keys.signing,
                                          {settings.jwt_clock_skew_s, settings.jwt_audience});
  TRY_ASSIGN(database->rest, rest::Rest::make(rest_options(settings, options), database->schema,
                                              database->path, *database->writer, authenticator,
                                              database->keys.signing.derive("cursor")));
  database->openapi = std::make_unique<openapi::Openapi>(options.loops, database->schema,
                                                         authenticator, settings.public_url);
  auth::IssuerOptions issuer;
  issuer.access_token_ttl_s = settings.access_token_ttl_s;
  if (!settings.jwt_audience.empty()) issuer.audience = settings.jwt_audience.front();
  database->issuer = std::make_unique<auth::Issuer>(database->keys.signing, issuer);
  TRY_ASSIGN(database->watch, SchemaWatch::start(settings, database->schema));
  return database;
}

}  // namespace prodev::server
