#include "server/database.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <ostream>

#include "auth/authenticator.h"
#include "db/client_rules.h"
#include "db/memory.h"
#include "query/sql_functions.h"
#include "server/database_file.h"
#include "server/development.h"
#include "server/private_files.h"
#include "server/start_reserve.h"
#include "telemetry/log.h"

namespace prodev::server {

namespace {

constexpr uint64_t kMostWriteMemory = 64 << 20;  // of SQLite, for one request that writes

base::Result<void> apply_in_development(const config::Settings& settings,
                                        db::Connection& connection, std::ostream& out) {
  TRY_ASSIGN(std::vector<db::MigrationFile> files, files_to_apply(settings));
  return develop_schema(settings, connection, std::move(files), report_to(out), false, nullptr);
}

// A mistake in a file is told as it is while the server runs: what is there is served until the
// next save.
base::Result<void> develop(const config::Settings& settings, db::Connection& connection,
                           std::ostream& out) {
  const base::Result<void> applied = apply_in_development(settings, connection, out);
  if (applied) return {};
  TRY(prepare_database(settings, connection));
  telemetry::log(telemetry::Level::kError, "the schema was not changed",
                 {{"error", applied.error().message}});
  return {};
}

base::Result<void> bring_up_to_date(const config::Settings& settings, db::Connection& connection,
                                    std::ostream& out) {
  if (settings.migrate && settings.dev) return develop(settings, connection, out);
  TRY_ASSIGN(const std::vector<db::MigrationFile> files, files_to_apply(settings));
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
  rest.max_body_bytes = static_cast<uint64_t>(settings.max_body_bytes);
  rest.max_response_bytes = static_cast<uint64_t>(settings.max_response_bytes);
  rest.temporary = options.room.temporary;
  rest.memory = options.room.memory;
  rest.max_write_rows = static_cast<uint64_t>(settings.max_write_rows);
  rest.max_target_bytes = static_cast<size_t>(settings.max_target_bytes);
  rest.allow_unfiltered_writes = settings.allow_unfiltered_writes;
  rest.max_rows = static_cast<uint64_t>(settings.max_rows);
  rest.plan_enabled = settings.plan_enabled;
  rest.server_timing = settings.server_timing;
  rest.compress_min_bytes = static_cast<size_t>(settings.compress_min_bytes);
  return rest;
}

db::WriteLimits write_limits(const config::Settings& settings) {
  return {static_cast<uint64_t>(settings.max_wal_bytes),
          static_cast<uint64_t>(settings.min_free_bytes)};
}

// A full disk has no room for what SQLite needs beside the file.
base::Result<db::Connection> open_with_reserve(const config::Settings& settings,
                                               const StartReserve& reserve) {
  base::Result<db::Connection> connection = open_database_file(settings);
  if (connection || connection.error().code != base::Code::kUnavailable || !reserve.give_up())
    return connection;
  return open_database_file(settings);
}

// Old statistics are better than no server.
void renew_statistics(const config::Settings& settings, db::Connection& connection,
                      const std::string& path) {
  const std::optional<uint64_t> free = db::free_bytes(path);
  if (free && *free < static_cast<uint64_t>(settings.min_free_bytes)) return;
  if (const base::Result<void> analyzed = db::analyze(connection); !analyzed) {
    telemetry::log(telemetry::Level::kWarn, "the statistics could not be renewed",
                   {{"error", analyzed.error().message}});
  }
}

}  // namespace

base::Result<void> Database::run(http::Batch batch, const std::function<bool()>& others_wait) {
  TRY(room->check());
  // Its error has been told to those whom it is about.
  (void)writer->run({batch.size(),
                     [&](size_t i) {
                       const db::MemoryLimit limit(kMostWriteMemory);
                       return batch[i]->run();
                     },
                     [&](size_t i, const base::Error& error) { batch[i]->fail(error); },
                     [&](size_t i) { batch[i]->defer(); }, http::WriteCost::kBatch, others_wait});
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

void Database::add_metrics(telemetry::Metrics& metrics) const {
  const db::Checkpointer& log = *checkpointer;
  metrics.add_gauge("prodev_wal_bytes", "Size of the write-ahead log's file.", "",
                    [&log] { return static_cast<double>(log.file_bytes()); });
  metrics.add_gauge("prodev_wal_pending_pages",
                    "Pages of the write-ahead log that are not yet in the database file.", "",
                    [&log] { return static_cast<double>(log.pending_pages()); });
  metrics.add_gauge("prodev_writes_refused", "1 while writes are refused for want of room.", "",
                    [&room = *room] { return room.refusal().empty() ? 0.0 : 1.0; });
  metrics.add_gauge("prodev_disk_free_bytes", "Bytes that are free on the disk of the database.",
                    "", [this] { return static_cast<double>(db::free_bytes(path).value_or(0)); });
}

base::Result<std::unique_ptr<Database>> open_database(const config::Settings& settings,
                                                      const DatabaseOptions& options,
                                                      std::ostream& out) {
  if (settings.db_file.empty()) {
    const std::string path = config::effective_db_file(settings);
    for (const std::string& told : close_to_others(options.data_dir, path))
      out << "warning   " << told << '\n';
  }
  const StartReserve reserve(options.data_dir);
  TRY_ASSIGN(db::Connection connection, open_with_reserve(settings, reserve));
  TRY(bring_up_to_date(settings, connection, out));
  TRY_ASSIGN(auth::Keys keys, auth::load_or_make_keys(options.data_dir, settings.jwt_secret));
  auto database = std::make_unique<Database>(std::move(keys));
  database->path =
      std::filesystem::absolute(config::effective_db_file(settings)).lexically_normal().string();
  // A database that is only served gets no tables of ours, and so no statistics.
  if (settings.db_file.empty()) renew_statistics(settings, connection, database->path);
  TRY(database->schema.reload(connection));
  for (const std::string& problem : database->schema.get()->catalog->problems())
    out << "warning   " << problem << '\n';
  TRY(query::register_functions(connection));
  db::restrict_to_client_statements(connection);
  database->writer = std::make_unique<db::BatchWriter>(std::move(connection));
  TRY_ASSIGN(database->checkpointer,
             db::Checkpointer::start(database->path, database->writer->connection(),
                                     write_limits(settings).max_log_bytes));
  database->room = std::make_unique<db::WriteRoom>(database->path, write_limits(settings),
                                                   *database->checkpointer);
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
  if (settings.db_file.empty()) reserve.keep();
  (void)database->room->check();  // tells when writes are refused from the start
  return database;
}

}  // namespace prodev::server
