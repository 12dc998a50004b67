// What has been applied to a database: the rows of its table _prodev_migration.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "db/connection.h"
#include "db/migration_files.h"

namespace prodev::db {

enum class MigrationState {
  kApplied,
  kPending,
  kWaiting,  // not applied, and without a statement: it is still to be written
  kChanged,  // applied, and its statements are different now
  kMissing,  // applied, and the file is gone
};

struct MigrationStatus {
  MigrationState state = MigrationState::kPending;
  int64_t number = 0;
  std::string name;
  std::string applied_at;  // "2026-11-23T20:00:00Z"; empty when it is not applied
};

struct MigrationRecord {
  int64_t number = 0;
  std::string name;
  std::string digest;  // MigrationFile::digest, or 32 hex digits (former_digest)
  std::string applied_at;
  std::string sql;  // as it was applied; empty when it is longer than kKeptSqlBytes or not known
};

constexpr size_t kKeptSqlBytes = 256 * 1024;

// By number. None where there is no table of them; also reads that of an earlier version.
base::Result<std::vector<MigrationRecord>> load_records(Connection& connection);

// Each file and each record, by number. The record of a seed counts only beside its file.
base::Result<std::vector<MigrationStatus>> migration_status(
    Connection& connection, const std::vector<MigrationFile>& files);

// Makes the table, or brings it up to what this version keeps.
base::Result<void> prepare_records(Connection& connection);

// Gives records that hold a digest of bytes, and whose file has those bytes, that of its
// statements: from then on its comments may change. Writes only where there are such.
base::Result<void> renew_digests(Connection& connection, const std::vector<MigrationFile>& files);

// Records `file` as applied, in place of what was recorded under its number.
base::Result<void> record_migration(Connection& connection, const MigrationFile& file,
                                    int64_t duration_us);
base::Result<void> forget_migration(Connection& connection, int64_t number);

}  // namespace prodev::db
