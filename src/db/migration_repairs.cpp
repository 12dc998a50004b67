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

constexpr size_t kNamesShown = 8;

// "there are 0001_a.sql and 0002_b.sql", or the one that `wanted` is the beginning of.
std::string meant_by(const std::vector<MigrationFile>& files, std::string_view wanted) {
  if (files.empty()) return "there are none";
  std::string there;
  for (const MigrationFile& file : files) {
    if (!wanted.empty() && file.name.starts_with(wanted)) return "did you mean " + file.name + "?";
    const size_t at = static_cast<size_t>(&file - files.data());
    if (files.size() > kNamesShown && at + kNamesShown < files.size()) continue;
    if (!there.empty()) there += at + 1 < files.size() ? ", " : " and ";
    there += file.name;
  }
  return (files.size() > kNamesShown ? "the last ones are " : "there are ") + there;
}

// Why `wanted` cannot be accepted: nothing is recorded under its number or name.
tl::unexpected<base::Error> fail_unrecorded(const std::vector<MigrationFile>& files,
                                            const MigrationFile* file, std::string_view wanted) {
  const std::string name(wanted);
  if (file == nullptr) {
    return base::fail(
        base::Code::kUsage,
        "there is no file " + name +
            " in the schema folder, and none of this name was applied: " + meant_by(files, wanted));
  }
  if (!file->has_statement) {
    return base::fail(base::Code::kUsage,
                      name + " holds no statement yet, so there is nothing to accept");
  }
  return base::fail(base::Code::kUsage,
                    name +
                        " is pending, so there is nothing to accept: prodev migrate applies it, "
                        "and prodev migrate baseline " +
                        name +
                        " records it without running it, where the database has what it does");
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
    if (record == records.end()) return fail_unrecorded(files, file, wanted);
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
    return base::fail(base::Code::kUsage, "there is no file " + std::string(wanted) +
                                              " in the schema folder: " + meant_by(files, wanted));
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
