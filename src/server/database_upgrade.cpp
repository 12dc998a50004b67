#include "server/database_upgrade.h"

#include <filesystem>
#include <string>

#include "db/backup.h"
#include "db/small_queries.h"
#include "db/system_schema.h"
#include "server/private_files.h"
#include "telemetry/log.h"

namespace prodev::server {

namespace {

namespace fs = std::filesystem;

base::Result<uint64_t> size_of(db::Connection& connection) {
  TRY_ASSIGN(const int64_t bytes,
             db::load_number(connection,
                             "SELECT page_count * page_size FROM pragma_page_count,"
                             " pragma_page_size"));
  return static_cast<uint64_t>(bytes);
}

base::Result<void> check_room(const fs::path& file, uint64_t bytes) {
  constexpr uint64_t kLeft = 64 << 20;  // for what the server writes
  std::error_code error;
  const fs::space_info space = fs::space(fs::absolute(file).parent_path(), error);
  if (error || space.available >= bytes + kLeft) return {};
  return base::fail(base::Code::kUnavailable,
                    "the database was made by an earlier prodev and is copied before it is "
                    "upgraded: free " +
                        std::to_string(((bytes + kLeft - space.available) >> 20) + 1) + " MiB at " +
                        fs::absolute(file).parent_path().string());
}

base::Result<void> copy_to(db::Connection& connection, const std::string& path) {
  std::error_code error;
  fs::remove(path, error);
  TRY(make_private_database(path));
  TRY_ASSIGN(db::Connection copy, db::Connection::open(path, db::OpenMode::kReadWrite));
  return db::copy_database(connection, copy);
}

base::Result<void> keep_copy(const config::Settings& settings, db::Connection& connection) {
  const std::string file = config::effective_db_file(settings);
  const std::string kept = file + ".before-upgrade";
  const std::string unfinished = kept + ".unfinished";
  TRY_ASSIGN(const uint64_t bytes, size_of(connection));
  TRY(check_room(file, bytes));
  TRY(copy_to(connection, unfinished));
  std::error_code error;
  fs::rename(unfinished, kept, error);
  if (error)
    return base::fail(base::Code::kUnavailable, "cannot make " + kept + ": " + error.message());
  telemetry::log(telemetry::Level::kInfo,
                 "the database was made by an earlier prodev and is upgraded: a copy is kept",
                 {{"copy", kept}});
  return {};
}

}  // namespace

base::Result<void> upgrade_system_tables(const config::Settings& settings,
                                         db::Connection& connection) {
  TRY_ASSIGN(const db::SystemTablesState state, db::system_tables_state(connection));
  if (state == db::SystemTablesState::kEarlier) TRY(keep_copy(settings, connection));
  return db::apply_system_migrations(connection);
}

}  // namespace prodev::server
