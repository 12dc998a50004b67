#include "cli/migrate_plan.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <iomanip>
#include <optional>
#include <ostream>
#include <utility>

#include "cli/schema_difference.h"
#include "db/backup.h"
#include "db/migrations.h"
#include "db/system_schema.h"
#include "server/database_file.h"
#include "server/folders.h"

namespace prodev::cli {
namespace {

namespace fs = std::filesystem;

// A folder under data/tmp, as private as the data, removed with what is in it.
class ScratchFolder {
 public:
  static base::Result<ScratchFolder> make(const std::string& data) {
    const std::string parent = data + "/tmp";
    TRY(server::make_private_folder(parent));
    ScratchFolder folder(parent + "/plan-XXXXXX");
    if (::mkdtemp(folder.path_.data()) != nullptr) return folder;
    folder.path_.clear();
    return base::fail_errno("cannot make a folder in " + parent, errno);
  }
  ~ScratchFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  ScratchFolder(ScratchFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  ScratchFolder& operator=(ScratchFolder&&) = delete;

  const std::string& path() const { return path_; }

 private:
  explicit ScratchFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

// What the migrations are tried on.
struct Trial {
  std::optional<ScratchFolder> folder;
  db::Connection connection;
};

base::Result<Trial> make_trial(const config::Settings& settings) {
  const std::string path = config::effective_db_file(settings);
  std::error_code error;
  if (!fs::exists(path, error)) {
    TRY_ASSIGN(db::Connection empty, db::Connection::open(":memory:", db::OpenMode::kCreate));
    return Trial{std::nullopt, std::move(empty)};
  }
  TRY_ASSIGN(db::Connection source, db::Connection::open(path, db::OpenMode::kReadOnly));
  TRY_ASSIGN(ScratchFolder folder, ScratchFolder::make(config::effective_data_dir(settings)));
  TRY_ASSIGN(db::Connection copy,
             db::Connection::open(folder.path() + "/copy.db", db::OpenMode::kCreate));
  TRY(db::copy_database(source, copy));
  return Trial{std::move(folder), std::move(copy)};
}

void print_difference(const std::vector<std::string>& lines, std::ostream& out) {
  out << (lines.empty() ? "\nThe schema stays as it is.\n" : "\nThe schema would change:\n");
  for (const std::string& line : lines) out << "  " << line << '\n';
}

}  // namespace

base::Result<int> plan_migrations(const config::Settings& settings, std::ostream& out) {
  TRY_ASSIGN(const auto files, db::load_migrations(config::effective_schema_dir(settings)));
  TRY_ASSIGN(Trial trial, make_trial(settings));
  TRY(db::apply_system_migrations(trial.connection));
  TRY_ASSIGN(const SchemaParts before, load_schema_parts(trial.connection));
  size_t applied = 0;
  TRY(server::apply_files(trial.connection, files, [&](const db::AppliedMigration& one) {
    out << "would run " << one.name << "  " << one.duration_us / 1'000 << '.' << std::setw(3)
        << std::setfill('0') << one.duration_us % 1'000 << " ms\n";
    for (const std::string& note : one.notes) out << "          " << note << '\n';
    out << std::flush;
    ++applied;
  }));
  if (applied == 0) {
    out << "nothing to apply: " << files.size() << " files are applied already\n";
    return 0;
  }
  TRY_ASSIGN(const SchemaParts after, load_schema_parts(trial.connection));
  print_difference(difference(before, after), out);
  return 0;
}

}  // namespace prodev::cli
