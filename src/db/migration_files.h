// The files of a schema folder, read and held to what can be applied.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace prodev::db {

struct MigrationFile {
  int64_t number = 0;
  std::string name;  // "0001_products.sql"
  std::string path;
  // What runs: the file without its byte order mark and, where it is one of goose, sql-migrate or
  // dbmate, without its way back. Lines stay where they are.
  std::string sql;
  std::string digest;         // statement_digest() of `sql`
  std::string former_digest;  // as records of earlier versions hold it: of the bytes
  bool has_statement = false;
};

// Above every number that a file's name can have: that of seed.sql, which comes after them all.
constexpr int64_t kSeedNumber = 9'000'000'000'000'000'000;

constexpr std::string_view kSeedName = "seed.sql";

// No file may be larger: rows come in with prodev import.
constexpr int64_t kMaxFileBytes = 64 * 1024 * 1024;

// The files of `folder` named NNNN_name.sql (4 to 18 digits), by number. Dot files, seed.sql and
// what has another ending are passed over. kBadInput for a file that could be meant and cannot be:
// .SQL, another name, in a folder of `folder`, a number used twice, one that is no text in UTF-8
// (told with its line), too large, or what only another tool can run. kUsage when there is no such
// folder, kUnavailable for a folder or file that cannot be read.
base::Result<std::vector<MigrationFile>> load_migrations(const std::string& folder);

// The same with seed.sql, if it is there, as the last one.
base::Result<std::vector<MigrationFile>> load_migrations_and_seed(const std::string& folder);

// "tokens:" and 32 hex digits: BLAKE2b-128 of the tokens. Comments, white space, line ends and
// empty statements make no difference.
std::string statement_digest(std::string_view sql);

// Whether `former`, 32 hex digits of a file's bytes, is that of `file`, with line ends of either
// kind.
bool has_former_digest(const MigrationFile& file, std::string_view former);

// Makes NNNN_name.sql with the next number in `folder` and returns its path.
base::Result<std::string> create_migration(const std::string& folder, std::string_view name);

}  // namespace prodev::db
