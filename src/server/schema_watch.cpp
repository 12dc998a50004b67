#include "server/schema_watch.h"

#include <chrono>
#include <filesystem>

#include "server/database_file.h"
#include "telemetry/log.h"

namespace prodev::server {

namespace {

using telemetry::Level;

constexpr auto kInterval = std::chrono::milliseconds(250);

int64_t read_number(db::Connection& connection, std::string_view sql) {
  base::Result<db::Statement> statement = connection.prepare(sql);
  if (!statement) return 0;
  const base::Result<bool> row = statement->step();
  return row && *row ? statement->column_int(0) : 0;
}

// Changes whenever tables or rules do.
std::string state_of(db::Connection& connection) {
  const int64_t schema = read_number(connection, "PRAGMA schema_version");
  // 0 where the tables are not there.
  const int64_t rules = read_number(connection, "SELECT max(number) FROM _prodev_migration");
  return std::to_string(schema) + " " + std::to_string(rules);
}

// Names, sizes and times of the schema files.
std::string state_of(const std::string& folder) {
  std::error_code error;
  std::string state;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() != ".sql") continue;
    std::error_code ignored;  // a file that is being replaced: seen the next time
    const auto time = entry.last_write_time(ignored).time_since_epoch().count();
    state += entry.path().filename().string() + " " + std::to_string(entry.file_size(ignored)) +
             " " + std::to_string(time) + "\n";
  }
  return state;
}

}  // namespace

base::Result<std::unique_ptr<SchemaWatch>> SchemaWatch::start(const config::Settings& settings,
                                                              records::CurrentSchema& schema) {
  TRY_ASSIGN(db::Connection own, open_database_file(settings));
  return std::unique_ptr<SchemaWatch>(new SchemaWatch(settings, std::move(own), schema));
}

SchemaWatch::SchemaWatch(const config::Settings& settings, db::Connection own,
                         records::CurrentSchema& schema)
    : settings_(settings), schema_(schema), own_(std::move(own)) {
  data_version_ = read_number(own_, "PRAGMA data_version");
  schema_state_ = state_of(own_);
  files_state_ = state_of(config::effective_schema_dir(settings_));
  thread_ = std::thread([this] { run(); });
}

SchemaWatch::~SchemaWatch() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void SchemaWatch::run() {
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, kInterval, [&] { return stopping_; })) {
    lock.unlock();
    if (settings_.dev) look_at_files();
    look_at_database();
    lock.lock();
  }
}

void SchemaWatch::look_at_database() {
  const int64_t version = read_number(own_, "PRAGMA data_version");
  if (version == data_version_) return;  // nothing was committed by anybody else
  data_version_ = version;
  std::string state = state_of(own_);
  if (state == schema_state_) return;
  schema_state_ = std::move(state);
  if (const base::Result<void> reloaded = schema_.reload(own_); !reloaded) {
    telemetry::log(Level::kError, "the schema has changed and cannot be read: the old one stays",
                   {{"error", reloaded.error().message}});
    return;
  }
  telemetry::log(Level::kInfo, "the schema has changed and is in force");
}

void SchemaWatch::look_at_files() {
  std::string state = state_of(config::effective_schema_dir(settings_));
  if (state == files_state_) return;
  files_state_ = std::move(state);
  base::Result<std::vector<db::MigrationFile>> files = schema_files(settings_);
  base::Result<void> applied;
  if (files) {
    applied = apply_schema(settings_, own_, *files, [](const db::AppliedMigration& one) {
      telemetry::log(Level::kInfo, "schema file applied",
                     {{"file", one.name}, {"duration_us", one.duration_us}});
      for (const std::string& note : one.notes)
        telemetry::log(Level::kInfo, note, {{"file", one.name}});
    });
  } else {
    applied = tl::make_unexpected(files.error());
  }
  if (!applied) {
    telemetry::log(Level::kError, "the schema was not changed",
                   {{"error", applied.error().message}});
    return;
  }
  // Our own commit does not change our data_version.
  std::string schema_state = state_of(own_);
  if (schema_state == schema_state_) return;
  schema_state_ = std::move(schema_state);
  if (const base::Result<void> reloaded = schema_.reload(own_); !reloaded)
    telemetry::log(Level::kError, "the new schema cannot be read",
                   {{"error", reloaded.error().message}});
}

}  // namespace prodev::server
