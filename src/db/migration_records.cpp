#include "db/migration_records.h"

#include <algorithm>
#include <map>

#include "db/former_system_tables.h"

namespace prodev::db {

namespace {

constexpr const char* kRecordsTable =
    "CREATE TABLE IF NOT EXISTS _prodev_migration ("
    " number INTEGER PRIMARY KEY,"
    " name TEXT NOT NULL UNIQUE,"
    " digest TEXT NOT NULL,"
    " applied_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),"
    " duration_us INTEGER NOT NULL,"
    " sql TEXT"  // as it was applied; NULL when it is long
    ") STRICT";

base::Result<bool> exists(Connection& connection, std::string_view sql, std::string_view name) {
  TRY_ASSIGN(Statement found, connection.prepare(sql));
  found.bind_text(1, name);
  return found.step();
}

base::Result<bool> keeps_sql(Connection& connection, const std::string& table) {
  return exists(connection, "SELECT 1 FROM pragma_table_info(?) WHERE name = 'sql'", table);
}

bool is_of(const MigrationRecord& record, const MigrationFile& file) {
  if (record.digest == file.digest) return true;
  return !record.digest.starts_with("tokens:") && has_former_digest(file, record.digest);
}

MigrationStatus status_of(const MigrationFile& file, const MigrationRecord* record) {
  using State = MigrationState;
  if (record == nullptr)
    return {file.has_statement ? State::kPending : State::kWaiting, file.number, file.name, {}};
  return {is_of(*record, file) ? State::kApplied : State::kChanged, file.number, file.name,
          record->applied_at};
}

}  // namespace

base::Result<std::vector<MigrationRecord>> load_records(Connection& connection) {
  std::vector<MigrationRecord> records;
  TRY_ASSIGN(const bool former, has_former_system_tables(connection));
  const std::string table = former ? "_migration" : "_prodev_migration";
  TRY_ASSIGN(
      const bool found,
      exists(connection, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?", table));
  if (!found) return records;
  TRY_ASSIGN(const bool has_sql, keeps_sql(connection, table));
  TRY_ASSIGN(Statement rows, connection.prepare("SELECT number, name, digest, applied_at, " +
                                                std::string(has_sql ? "sql" : "NULL") + " FROM " +
                                                table + " ORDER BY number"));
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) return records;
    records.push_back({rows.column_int(0), std::string(rows.column_text(1)),
                       std::string(rows.column_text(2)), std::string(rows.column_text(3)),
                       std::string(rows.column_text(4))});
  }
}

base::Result<std::vector<MigrationStatus>> migration_status(
    Connection& connection, const std::vector<MigrationFile>& files) {
  TRY_ASSIGN(const std::vector<MigrationRecord> records, load_records(connection));
  std::map<int64_t, const MigrationRecord*> left;
  for (const MigrationRecord& record : records) left[record.number] = &record;
  std::vector<MigrationStatus> statuses;
  for (const MigrationFile& file : files) {
    const auto found = left.find(file.number);
    statuses.push_back(status_of(file, found == left.end() ? nullptr : found->second));
    if (found != left.end()) left.erase(found);
  }
  left.erase(kSeedNumber);
  for (const auto& [number, gone] : left)
    statuses.push_back({MigrationState::kMissing, number, gone->name, gone->applied_at});
  std::sort(statuses.begin(), statuses.end(),
            [](const auto& a, const auto& b) { return a.number < b.number; });
  return statuses;
}

base::Result<void> prepare_records(Connection& connection) {
  TRY(connection.execute(kRecordsTable));
  TRY_ASSIGN(const bool has_sql, keeps_sql(connection, "_prodev_migration"));
  if (has_sql) return {};
  return connection.execute("ALTER TABLE _prodev_migration ADD COLUMN sql TEXT");
}

base::Result<void> renew_digests(Connection& connection, const std::vector<MigrationFile>& files) {
  TRY_ASSIGN(const std::vector<MigrationRecord> records, load_records(connection));
  std::map<int64_t, const MigrationFile*> by_number;
  for (const MigrationFile& file : files) by_number[file.number] = &file;
  bool prepared = false;
  for (const MigrationRecord& record : records) {
    const auto file = by_number.find(record.number);
    if (file == by_number.end() || record.digest == file->second->digest) continue;
    if (!has_former_digest(*file->second, record.digest)) continue;
    if (!prepared) TRY(prepare_records(connection));
    prepared = true;
    TRY_ASSIGN(Statement update, connection.prepare("UPDATE _prodev_migration SET digest = ?2"
                                                    " WHERE number = ?1"));
    update.bind_int(1, record.number);
    update.bind_text(2, file->second->digest);
    TRY(update.step());
  }
  return {};
}

base::Result<void> record_migration(Connection& connection, const MigrationFile& file,
                                    int64_t duration_us) {
  TRY_ASSIGN(Statement insert,
             connection.prepare("INSERT INTO _prodev_migration (number, name, digest, duration_us,"
                                " sql) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (number) DO UPDATE"
                                " SET name = ?2, digest = ?3, sql = ?5"));
  insert.bind_int(1, file.number);
  insert.bind_text(2, file.name);
  insert.bind_text(3, file.digest);
  insert.bind_int(4, duration_us);
  if (file.sql.size() <= kKeptSqlBytes) {
    insert.bind_text(5, file.sql);
  } else {
    insert.bind_null(5);
  }
  TRY(insert.step());
  return {};
}

base::Result<void> forget_migration(Connection& connection, int64_t number) {
  TRY_ASSIGN(Statement remove,
             connection.prepare("DELETE FROM _prodev_migration WHERE number = ?"));
  remove.bind_int(1, number);
  TRY(remove.step());
  return {};
}

}  // namespace prodev::db
