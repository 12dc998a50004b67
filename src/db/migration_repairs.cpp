#include "db/migration_repairs.h"

#include <algorithm>

#include "db/migration_records.h"
#include "db/transaction.h"

namespace prodev::db {

namespace {

std::string_view without_folder(std::string_view name) {
  const size_t slash = name.rfind('/');
  return slash == std::string_view::npos ? name : name.substr(slash + 1);
}

const MigrationFile* find_file(const std::vector<MigrationFile>& files, std::string_view name) {
  const auto found =
      std::find_if(files.begin(), files.end(), [&](const auto& file) { return file.name == name; });
  return found == files.end() ? nullptr : &*found;
}

// Runs `change` in a transaction of its own.
template <class Change>
base::Result<void> in_transaction(Connection& connection, const Change& change) {
  TRY_ASSIGN(Transaction transaction, Transaction::begin(connection));
  TRY(prepare_records(connection));
  TRY(change());
  return transaction.commit();
}

}  // namespace

base::Result<AcceptedMigration> accept_migration(Connection& connection,
                                                 const std::vector<MigrationFile>& files,
                                                 std::string_view name) {
  const std::string_view wanted = without_folder(name);
  const MigrationFile* file = find_file(files, wanted);
  AcceptedMigration accepted{std::string(wanted), file == nullptr, {}, {}};
  if (file != nullptr) accepted.present_sql = file->sql;
  const auto change = [&]() -> base::Result<void> {
    TRY_ASSIGN(const std::vector<MigrationRecord> records, load_records(connection));
    const auto record = std::find_if(records.begin(), records.end(), [&](const auto& one) {
      return file != nullptr ? one.number == file->number : one.name == wanted;
    });
    if (record == records.end()) {
      return base::fail(base::Code::kUsage,
                        std::string(wanted) +
                            " was never applied, so there is nothing to accept: "
                            "prodev migrate status lists the files");
    }
    accepted.recorded_sql = record->sql;
    return file != nullptr ? record_migration(connection, *file, 0)
                           : forget_migration(connection, record->number);
  };
  TRY(in_transaction(connection, change));
  return accepted;
}

base::Result<std::vector<std::string>> record_baseline(Connection& connection,
                                                       const std::vector<MigrationFile>& files,
                                                       std::string_view last) {
  const std::string_view wanted = without_folder(last);
  const MigrationFile* end = wanted.empty() ? nullptr : find_file(files, wanted);
  if (!wanted.empty() && end == nullptr) {
    return base::fail(base::Code::kUsage,
                      "there is no file " + std::string(wanted) + " in the schema folder");
  }
  std::vector<std::string> names;
  const auto change = [&]() -> base::Result<void> {
    TRY_ASSIGN(const std::vector<MigrationRecord> records, load_records(connection));
    for (const MigrationFile& file : files) {
      if (end != nullptr && file.number > end->number) break;
      const bool applied = std::any_of(records.begin(), records.end(), [&](const auto& record) {
        return record.number == file.number;
      });
      if (applied || !file.has_statement) continue;
      if (!records.empty() && records.back().number > file.number &&
          records.back().number != kSeedNumber) {
        return base::fail(base::Code::kConflict,
                          file.name + " comes before " + records.back().name +
                              ", which is applied already: give it a higher number");
      }
      TRY(record_migration(connection, file, 0));
      names.push_back(file.name);
    }
    return {};
  };
  TRY(in_transaction(connection, change));
  return names;
}

}  // namespace prodev::db
