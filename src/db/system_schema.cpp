#include "db/system_schema.h"

#include <charconv>
#include <string>
#include <vector>

#include "assets/assets.h"
#include "db/former_system_tables.h"
#include "db/schema_number.h"
#include "db/small_queries.h"
#include "db/sql_script.h"
#include "db/transaction.h"
#include "text/ascii.h"

namespace prodev::db {

namespace {

constexpr std::string_view kPrefix = "_prodev_";
constexpr std::string_view kFolder = "schema/system/";

constexpr const char* kVersionTable =
    "CREATE TABLE IF NOT EXISTS _prodev_system_migration ("
    " number INTEGER PRIMARY KEY,"
    " name TEXT NOT NULL UNIQUE,"
    " applied_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))"
    ") STRICT";

struct SystemFile {
  int64_t number = 0;
  std::string name;  // "0001_access.sql"
  std::string_view sql;
};

// By number: the assets are sorted, and their numbers have four digits.
std::vector<SystemFile> system_files() {
  std::vector<SystemFile> files;
  for (const assets::Asset& asset : assets::all()) {
    if (!asset.path.starts_with(kFolder)) continue;
    const std::string_view name = asset.path.substr(kFolder.size());
    int64_t number = 0;
    std::from_chars(name.data(), name.data() + name.size(), number);
    files.push_back({number, std::string(name), asset.identity});
  }
  return files;
}

// The number of the last file that was applied; 0: none.
base::Result<int64_t> applied_number(Connection& connection) {
  TRY_ASSIGN(const bool former, has_former_system_tables(connection));
  const std::string record = former ? "_system_migration" : "_prodev_system_migration";
  TRY_ASSIGN(const int64_t there,
             load_number(connection, "SELECT 1 FROM sqlite_schema WHERE name = ?1", {record}));
  if (there == 0) return 0;
  return load_number(connection, "SELECT max(number) FROM " + record);
}

base::Result<void> check_known(int64_t applied, int64_t known) {
  if (applied <= known) return {};
  return base::fail(base::Code::kConflict,
                    "the database was last used by a newer prodev (its system tables are at step " +
                        std::to_string(applied) + ", this one knows up to " +
                        std::to_string(known) + "): use that version or a later one");
}

base::Result<void> apply_after(Connection& connection, const std::vector<SystemFile>& files) {
  // Another process may have been faster.
  TRY_ASSIGN(const int64_t applied, applied_number(connection));
  TRY(check_known(applied, files.back().number));
  TRY_ASSIGN(const bool former, has_former_system_tables(connection));
  if (former) TRY(rename_former_system_tables(connection));
  TRY(connection.execute(kVersionTable));
  TRY_ASSIGN(
      Statement record,
      connection.prepare("INSERT INTO _prodev_system_migration (number, name) VALUES (?, ?)"));
  for (const SystemFile& file : files) {
    if (file.number <= applied) continue;
    TRY(run_script(connection, file.sql, std::string(kFolder) + file.name));
    record.bind_int(1, file.number);
    record.bind_text(2, file.name);
    TRY(record.step());
    record.reset();
  }
  return raise_schema_number(connection);
}

}  // namespace

bool is_system_table(std::string_view name) {
  return text::equal_ignoring_case(name.substr(0, kPrefix.size()), kPrefix) ||
         text::equal_ignoring_case(name.substr(0, 7), "sqlite_");
}

base::Result<SystemTablesState> system_tables_state(Connection& connection) {
  const std::vector<SystemFile> files = system_files();
  const int64_t known = files.empty() ? 0 : files.back().number;
  TRY_ASSIGN(const int64_t applied, applied_number(connection));
  TRY_ASSIGN(const bool former, has_former_system_tables(connection));
  if (applied > known) return SystemTablesState::kLater;
  if (former || (applied > 0 && applied < known)) return SystemTablesState::kEarlier;
  return applied == 0 ? SystemTablesState::kNone : SystemTablesState::kCurrent;
}

base::Result<void> apply_system_migrations(Connection& connection) {
  const std::vector<SystemFile> files = system_files();
  const int64_t known = files.empty() ? 0 : files.back().number;
  TRY_ASSIGN(const int64_t applied, applied_number(connection));
  TRY(check_known(applied, known));
  TRY_ASSIGN(const bool former, has_former_system_tables(connection));
  if (applied == known && !former) return {};
  TRY_ASSIGN(Transaction transaction, Transaction::begin(connection));
  TRY(apply_after(connection, files));
  return transaction.commit();
}

}  // namespace prodev::db
