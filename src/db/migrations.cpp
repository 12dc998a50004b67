#include "db/migrations.h"

#include <sodium.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "base/clock.h"
#include "db/file_statements.h"
#include "db/file_transaction.h"
#include "db/former_system_tables.h"
#include "db/reference_check.h"

namespace prodev::db {

namespace {

namespace fs = std::filesystem;

constexpr const char* kTable =
    "CREATE TABLE IF NOT EXISTS _prodev_migration ("
    " number INTEGER PRIMARY KEY,"
    " name TEXT NOT NULL UNIQUE,"
    " digest TEXT NOT NULL,"
    " applied_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),"
    " duration_us INTEGER NOT NULL"
    ") STRICT";

std::string digest_of(std::string_view bytes) {
  std::array<unsigned char, 16> hash{};
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                     bytes.size(), nullptr, 0);
  std::array<char, 33> hex{};
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  return hex.data();
}

// The number that a name begins with; -1 when it is not NNNN_name.sql.
int64_t number_of(const std::string& name) {
  const size_t digits = name.find_first_not_of("0123456789");
  if (digits < 4 || digits > 9 || digits == std::string::npos || name[digits] != '_') return -1;
  if (!name.ends_with(".sql") || name.size() <= digits + 5) return -1;
  return std::stoll(name.substr(0, digits));
}

base::Result<MigrationFile> load_file(const fs::path& path) {
  MigrationFile file;
  file.name = path.filename().string();
  file.path = path.string();
  file.number = number_of(file.name);
  if (file.number < 0) {
    return base::fail(base::Code::kBadInput,
                      file.path + ": a schema file is named like 0001_products.sql: rename it");
  }
  std::ifstream in(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << in.rdbuf();
  if (!in) return base::fail(base::Code::kUnavailable, "cannot read " + file.path);
  file.sql = bytes.str();
  if (file.sql.find('\0') != std::string::npos) {
    return base::fail(base::Code::kBadInput,
                      file.path + ": is not a text file: it holds a NUL byte");
  }
  file.digest = digest_of(file.sql);
  return file;
}

struct Record {
  std::string name, digest, applied_at;
};

base::Result<std::map<int64_t, Record>> load_records(Connection& connection) {
  std::map<int64_t, Record> records;
  TRY_ASSIGN(const bool former, has_former_system_tables(connection));
  const std::string table = former ? "_migration" : "_prodev_migration";
  TRY_ASSIGN(Statement exists, connection.prepare("SELECT 1 FROM sqlite_schema WHERE name = ?"));
  exists.bind_text(1, table);
  TRY_ASSIGN(const bool found, exists.step());
  if (!found) return records;
  TRY_ASSIGN(Statement rows,
             connection.prepare("SELECT number, name, digest, applied_at FROM " + table));
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) return records;
    records[rows.column_int(0)] = {std::string(rows.column_text(1)),
                                   std::string(rows.column_text(2)),
                                   std::string(rows.column_text(3))};
  }
}

base::Result<void> check_applicable(const std::vector<MigrationStatus>& statuses) {
  const MigrationStatus* pending = nullptr;
  for (const MigrationStatus& status : statuses) {
    if (status.state == MigrationState::kChanged) {
      return base::fail(base::Code::kConflict,
                        status.name + " was applied at " + status.applied_at +
                            " and has changed since: put it back, and write the change "
                            "into a new file (prodev migrate new)");
    }
    if (status.state == MigrationState::kMissing) {
      return base::fail(base::Code::kConflict, status.name + " was applied at " +
                                                   status.applied_at +
                                                   " and its file is gone: put it back");
    }
    if (status.state == MigrationState::kPending) {
      pending = &status;
    } else if (pending != nullptr) {
      return base::fail(base::Code::kConflict,
                        pending->name + " comes before " + status.name +
                            ", which is applied already: give it a higher number");
    }
  }
  return {};
}

base::Result<void> record(Connection& connection, const MigrationFile& file, int64_t duration_us) {
  TRY_ASSIGN(Statement insert,
             connection.prepare("INSERT INTO _prodev_migration (number, name, digest, duration_us)"
                                " VALUES (?, ?, ?, ?)"));
  insert.bind_int(1, file.number);
  insert.bind_text(2, file.name);
  insert.bind_text(3, file.digest);
  insert.bind_int(4, duration_us);
  TRY(insert.step());
  return {};
}

// What of SQLite's a file may not hold is refused before `hook` or SQLite sees it.
StatementHook with_file_rules(const StatementHook& hook) {
  return [&hook](Connection& connection, std::string_view statement,
                 std::string_view comment) -> StatementResult<bool> {
    TRY_ASSIGN(const bool done, judge_file_statement(statement));
    if (done) return true;
    return hook ? hook(connection, statement, comment) : StatementResult<bool>(false);
  };
}

base::Result<void> check_references(Connection& connection, References& known) {
  TRY_ASSIGN(References now, load_references(connection));
  const std::vector<DanglingReference> fresh = new_dangling(known, now);
  known = std::move(now);
  if (fresh.empty()) return {};
  std::string message = describe(fresh.front());
  if (fresh.size() > 1) message += ", and " + std::to_string(fresh.size() - 1) + " more like it";
  return base::fail(base::Code::kConflict,
                    message +
                        ", after this file: mend what refers in the same file (while a file "
                        "runs, foreign keys do not act: ON DELETE CASCADE does not either)");
}

// An error that is not about a spot of the file names it all the same.
base::Error in_file(const MigrationFile& file, base::Error error) {
  if (!error.message.starts_with(file.path)) error.message = file.path + ": " + error.message;
  return error;
}

// `known`: what dangles before the file; and then, after it.
base::Result<int64_t> apply_file(Connection& connection, const MigrationFile& file,
                                 const StatementHook& hook, ScriptObserver* observer,
                                 References& known) {
  const int64_t started_ns = base::monotonic_ns();
  TRY_ASSIGN(FileTransaction transaction, FileTransaction::begin(connection));
  TRY(run_script(connection, file.sql, file.path, with_file_rules(hook), observer));
  TRY(check_references(connection, known));
  const int64_t duration_us = (base::monotonic_ns() - started_ns) / 1'000;
  TRY(record(connection, file, duration_us));
  TRY(transaction.commit());
  return duration_us;
}

}  // namespace

base::Result<std::vector<MigrationFile>> load_migrations(const std::string& folder) {
  std::error_code error;
  fs::directory_iterator entries(folder, error);
  if (error) {
    return base::fail(base::Code::kNotFound,
                      "cannot read the schema folder " + folder + ": " + error.message());
  }
  std::vector<MigrationFile> files;
  for (const fs::directory_entry& entry : entries) {
    if (!entry.is_regular_file() || entry.path().extension() != ".sql") continue;
    TRY_ASSIGN(MigrationFile file, load_file(entry.path()));
    files.push_back(std::move(file));
  }
  std::sort(files.begin(), files.end(),
            [](const auto& a, const auto& b) { return a.number < b.number; });
  for (size_t i = 1; i < files.size(); ++i) {
    if (files[i].number == files[i - 1].number) {
      return base::fail(base::Code::kBadInput,
                        files[i - 1].path + " and " + files[i].name +
                            " have the same number: give one of them the next free one");
    }
  }
  return files;
}

base::Result<std::vector<MigrationStatus>> migration_status(
    Connection& connection, const std::vector<MigrationFile>& files) {
  TRY_ASSIGN(auto records, load_records(connection));
  std::vector<MigrationStatus> statuses;
  for (const MigrationFile& file : files) {
    MigrationStatus status{MigrationState::kPending, file.number, file.name, {}};
    const auto found = records.find(file.number);
    if (found != records.end()) {
      const bool same = found->second.digest == file.digest;
      status.state = same ? MigrationState::kApplied : MigrationState::kChanged;
      status.applied_at = found->second.applied_at;
      records.erase(found);
    }
    statuses.push_back(std::move(status));
  }
  for (const auto& [number, gone] : records) {
    statuses.push_back({MigrationState::kMissing, number, gone.name, gone.applied_at});
  }
  std::sort(statuses.begin(), statuses.end(),
            [](const auto& a, const auto& b) { return a.number < b.number; });
  return statuses;
}

base::Result<void> apply_migrations(Connection& connection, const std::vector<MigrationFile>& files,
                                    const std::function<void(const AppliedMigration&)>& report,
                                    const StatementHook& hook, ScriptObserver* observer) {
  TRY_ASSIGN(const std::vector<MigrationStatus> statuses, migration_status(connection, files));
  TRY(check_applicable(statuses));
  TRY(connection.execute(kTable));
  TRY_ASSIGN(References known, load_references(connection));
  for (const MigrationFile& file : files) {
    const auto pending =
        std::find_if(statuses.begin(), statuses.end(), [&](const MigrationStatus& status) {
          return status.number == file.number && status.state == MigrationState::kPending;
        });
    if (pending == statuses.end()) continue;
    const base::Result<int64_t> duration_us = apply_file(connection, file, hook, observer, known);
    if (!duration_us) return tl::make_unexpected(in_file(file, duration_us.error()));
    report({file.name, *duration_us,
            observer == nullptr ? std::vector<std::string>() : observer->notes()});
  }
  return {};
}

base::Result<std::string> create_migration(const std::string& folder, std::string_view name) {
  const bool valid =
      !name.empty() && name.size() <= 60 &&
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
  if (!valid) {
    return base::fail(base::Code::kUsage, "a migration's name takes a-z, 0-9 and _: \"" +
                                              std::string(name) + "\" does not");
  }
  std::error_code error;
  fs::create_directories(folder, error);
  TRY_ASSIGN(const std::vector<MigrationFile> files, load_migrations(folder));
  const int64_t number = files.empty() ? 1 : files.back().number + 1;
  std::array<char, 24> digits{};
  std::snprintf(digits.data(), digits.size(), "%04lld", static_cast<long long>(number));
  const std::string path = folder + "/" + digits.data() + "_" + std::string(name) + ".sql";
  std::ofstream out(path);
  out << "-- Runs once, in a transaction. After it has been applied, changes go into a new "
         "file.\n\n";
  if (!out.flush()) return base::fail(base::Code::kUnavailable, "cannot write " + path);
  return path;
}

}  // namespace prodev::db
