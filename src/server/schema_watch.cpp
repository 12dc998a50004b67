#include "server/schema_watch.h"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <vector>

#include "db/small_queries.h"
#include "server/database_file.h"
#include "server/development.h"
#include "telemetry/log.h"

namespace prodev::server {

namespace {

using telemetry::Level;

constexpr auto kInterval = std::chrono::milliseconds(250);

// Changes with every commit of another connection (sqlite.org, pragma data_version).
int64_t data_version(db::Connection& connection) {
  return db::load_number(connection, "PRAGMA data_version").value_or(0);
}

// Names, sizes and times of the schema files, whatever else they are.
std::string state_of(const std::string& folder) {
  namespace fs = std::filesystem;
  std::vector<std::string> lines;
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with('.') || entry->path().extension() != ".sql") continue;
    struct stat facts {};  // all 0 for one that cannot be reached, or is being replaced
    struct stat link {};
    (void)::lstat(entry->path().c_str(), &link);
    (void)::stat(entry->path().c_str(), &facts);
    lines.push_back(
        name + " " + std::to_string(link.st_ino) + " " + std::to_string(link.st_ctim.tv_nsec) +
        " " + std::to_string(facts.st_ino) + " " + std::to_string(facts.st_size) + " " +
        std::to_string(facts.st_mtim.tv_sec) + "." + std::to_string(facts.st_mtim.tv_nsec) + "\n");
  }
  std::sort(lines.begin(), lines.end());
  std::string state;
  for (const std::string& line : lines) state += line;
  return state;
}

// What the next start would tell, such as a foreign key to a table that is not there.
void log_new_problems(const std::vector<std::string>& before,
                      const std::vector<std::string>& after) {
  for (const std::string& problem : after) {
    if (std::find(before.begin(), before.end(), problem) == before.end())
      telemetry::log(Level::kWarn, problem);
  }
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
  seen_files_ = handled_files_ = state_of(config::effective_schema_dir(settings_));
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
  while (!changed_.wait_for(lock, kInterval, [&] { return stopping_.load(); })) {
    lock.unlock();
    if (settings_.dev) look_at_files();
    look_at_database();
    lock.lock();
  }
}

void SchemaWatch::look_at_database() {
  const int64_t version = data_version(own_);
  if (version == data_version_) return;  // nothing was committed by anybody else
  data_version_ = version;
  reload_if_changed();
}

void SchemaWatch::reload_if_changed() {
  const base::Result<void> renewed = schema_.renew(own_);
  // Tried again after the next commit, and told once.
  const std::string problem = renewed ? std::string() : renewed.error().message;
  if (!renewed && problem != told_problem_)
    telemetry::log(Level::kError, "the schema has changed and cannot be read: requests are refused",
                   {{"error", problem}});
  told_problem_ = problem;
}

// Files are looked at again before they are read: a save takes a moment, and some editors put
// another file in the place of the first.
void SchemaWatch::look_at_files() {
  std::string state = state_of(config::effective_schema_dir(settings_));
  const bool settled = state == seen_files_;
  seen_files_ = state;
  if (!settled || state == handled_files_) return;
  const records::SchemaPointer before = schema_.get();
  const base::Result<void> applied = apply_files();
  if (!applied && stopping_) return;
  if (!applied) {
    telemetry::log(Level::kError, "the schema was not changed",
                   {{"error", applied.error().message}});
  }
  handled_files_ = std::move(state);
  // Our own commit does not change our data_version.
  reload_if_changed();
  log_new_problems(before->catalog->problems(), schema_.get()->catalog->problems());
}

base::Result<void> SchemaWatch::apply_files() {
  TRY_ASSIGN(std::vector<db::MigrationFile> files, files_to_apply(settings_));
  const DevelopmentReport report{[](const db::AppliedMigration& one) {
                                   telemetry::log(
                                       Level::kInfo, "schema file applied",
                                       {{"file", one.name}, {"duration_us", one.duration_us}});
                                   for (const std::string& note : one.notes)
                                     telemetry::log(Level::kInfo, note, {{"file", one.name}});
                                 },
                                 [](const std::string& note) {
                                   telemetry::log(Level::kInfo, "schema files", {{"note", note}});
                                 }};
  return develop_schema(settings_, own_, std::move(files), report, false, &stopping_);
}

}  // namespace prodev::server
